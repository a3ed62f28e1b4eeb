import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifests } from "../../../src/actions/read/read-manifests.ts";
import { AbortedError } from "../../../src/errors.ts";
import type { World } from "../../../src/world.ts";

test("an interrupt ends the reading of manifests at the next file", async () => {
	const interrupt = new AbortController();
	const read: string[] = [];
	const files: Partial<World["files"]> = {
		entries: async () => undefined,
		async read(path) {
			read.push(path);
			interrupt.abort(new AbortedError("SIGINT"));
			return Buffer.from("");
		},
	};
	const world = { files, interrupt: interrupt.signal } as World;
	const nothing = () => {};
	await assert.rejects(
		readManifests(["a", "b"], false, world, nothing, nothing),
		new AbortedError("SIGINT"),
	);
	assert.deepEqual(read, ["a"]);
});
