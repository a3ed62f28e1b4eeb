import assert from "node:assert/strict";
import { test } from "node:test";
import { contextsMeant } from "../../../src/core/command-line/context-patterns.ts";

const NAMES = ["dev", "prod-us", "prod-eu", "a*b"];
const KNOWN = {
	context: NAMES,
	identity: new Map(NAMES.map((name) => [name, `of ${name}`])),
};

test("names and globs, each context once, in the order asked for", () => {
	for (const [patterns, meant] of [
		[["dev"], ["dev"]],
		[["prod-*"], ["prod-eu", "prod-us"]],
		[
			["prod-eu", "prod-*", "dev"],
			["prod-eu", "prod-us", "dev"],
		],
		[["?ev"], ["dev"]],
		[["*"], NAMES.toSorted()],
		[["a*b"], ["a*b"]],
	] as const)
		assert.deepEqual(contextsMeant(patterns, KNOWN).contexts, meant);
});

test("one that means none", () => {
	assert.throws(() => contextsMeant(["dev", "prod"], KNOWN), {
		failure: { cause: "context-unknown", name: "prod", known: NAMES },
	});
	assert.throws(() => contextsMeant(["test-*"], KNOWN), {
		failure: { cause: "contexts-unmatched", glob: "test-*", known: NAMES },
	});
});

test("two contexts of one cluster and user are one, the first that was asked for", () => {
	const identity = new Map([...KNOWN.identity, ["prod-us", "of prod-eu"]]);
	const meant = contextsMeant(["dev", "prod-us", "prod-eu"], {
		...KNOWN,
		identity,
	});
	assert.deepEqual(meant.contexts, ["dev", "prod-us"]);
	assert.deepEqual([...meant.twins], [["prod-eu", "prod-us"]]);
});
