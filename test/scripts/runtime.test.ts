/** One Node for everything: the tests, the tools, and every binary. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import {
	NODE_VERSION,
	pinnedNode,
	TARGETS,
} from "../../scripts/build/targets.ts";

test("these tests run on the Node that is packaged, whatever Node the machine has", () => {
	assert.equal(process.version, `v${NODE_VERSION}`);
});

test("package.json names the Node of each platform, and none besides", () => {
	assert.deepEqual(
		packageJson.optionalDependencies,
		Object.fromEntries(
			TARGETS.map((target) => [target.npm, NODE_VERSION]).sort(),
		),
	);
	for (const target of TARGETS)
		assert.match(pinnedNode(target).integrity, /^sha512-[\w+/]{86}==$/);
});

test(".nvmrc brings it without npm", async () => {
	assert.equal(await readFile(".nvmrc", "utf8"), `${NODE_VERSION}\n`);
});
