import assert from "node:assert/strict";
import { test } from "node:test";
import { contextsMeant } from "../../../src/core/command-line/context-patterns.ts";

const KNOWN = ["dev", "prod-us", "prod-eu", "a*b"];

test("names and globs, each context once, in the order asked for", () => {
	for (const [patterns, meant] of [
		[["dev"], ["dev"]],
		[["prod-*"], ["prod-eu", "prod-us"]],
		[
			["prod-eu", "prod-*", "dev"],
			["prod-eu", "prod-us", "dev"],
		],
		[["?ev"], ["dev"]],
		[["*"], KNOWN.toSorted()],
		[["a*b"], ["a*b"]],
	] as const)
		assert.deepEqual(contextsMeant(patterns, KNOWN), meant);
});

test("one that means none", () => {
	assert.throws(() => contextsMeant(["dev", "prod"], KNOWN), {
		name: "OperationError",
		message:
			'context "prod" does not exist: there are a*b, dev, prod-eu, prod-us',
	});
	assert.throws(() => contextsMeant(["test-*"], KNOWN), {
		message: '--contexts: no context matches "test-*"',
	});
});
