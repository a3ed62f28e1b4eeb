/** The Node that goes into a binary is the pinned one, or none. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { stockNode } from "../../scripts/build/base-node.ts";
import { pinnedNode, TARGETS } from "../../scripts/build/targets.ts";

test("a package that is not the pinned one is not built with, and nothing of it is kept", async () => {
	const target = TARGETS.find(({ npm }) => !existsSync(`node_modules/${npm}`));
	assert.ok(target, "npm installs the Node of one platform");
	const { version, integrity } = pinnedNode(target);
	const wrong = `sha512-${Buffer.alloc(64).toString("base64")}`;
	await assert.rejects(stockNode(target, { version, integrity: wrong }), {
		message: `${target.npm}@${version} has integrity ${integrity}, and package-lock.json pins ${wrong}: do not build with it`,
	});
	assert.ok(!existsSync(`.cache/node/${"0".repeat(32)}`));
});
