import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import {
	type Handles,
	onReaderGone,
} from "../../../src/adapters/terminal/reader-gone.ts";

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

test("a pipe's reader that goes away is told, without a write", {
	skip: process.platform !== "linux" && "known to hold on Linux",
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "reader-"));
	const path = join(folder, "pipe");
	execFileSync("mkfifo", [path]);
	const readers = [openSync(path, O_RDONLY | O_NONBLOCK)];
	const writer = openSync(path, O_WRONLY | O_NONBLOCK);
	readers.push(openSync(path, O_RDONLY | O_NONBLOCK));
	try {
		const gone = Promise.withResolvers<void>();
		let told = false;
		onReaderGone(writer, process as unknown as Handles, () => {
			told = true;
			gone.resolve();
		});
		closeSync(readers.pop() ?? -1);
		await new Promise(setImmediate);
		assert.equal(told, false, "one still reads");
		closeSync(readers.pop() ?? -1);
		await gone.promise;
	} finally {
		closeSync(writer);
		await rm(folder, { recursive: true });
	}
});

test("what is no pipe is never told of, and leaves nothing open", async () => {
	for (const fd of [openSync("/dev/null", "w"), -1])
		onReaderGone(fd, process as unknown as Handles, () => assert.fail());
	await new Promise(setImmediate);
});
