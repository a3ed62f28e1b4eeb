/** What goes wrong outside of every command still ends in one line. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** `main.ts --help` with more arguments for node; standard output goes to `path`. */
async function help(path: string, ...node: string[]) {
	await using out = await open(path, "w");
	const child = spawn(
		process.execPath,
		["--import", "tsx", ...node, MAIN, "--help"],
		{ stdio: ["ignore", out.fd, "pipe"] },
	);
	assert.ok(child.stderr);
	const [err, [status]] = await Promise.all([
		text(child.stderr),
		once(child, "close"),
	]);
	return { status, err };
}

test("a full disk", {
	skip: !existsSync("/dev/full") && "there is no /dev/full here",
}, async () => {
	assert.deepEqual(await help("/dev/full"), {
		status: 1,
		err: "error: cannot write to standard output: no space left on device\n",
	});
});

test("a full disk, while a thread of Node waits for what never comes", {
	skip: !existsSync("/dev/full") && "there is no /dev/full here",
}, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "last-resort-"));
	t.after(() => rm(folder, { recursive: true }));
	const pipe = join(folder, "silent");
	execFileSync("mkfifo", [pipe]);
	const waiting = `data:text/javascript,import { open } from "node:fs"; open(${JSON.stringify(pipe)}, () => {})`;
	assert.deepEqual(await help("/dev/full", "--import", waiting), {
		status: 1,
		err: "error: cannot write to standard output: no space left on device\n",
	});
});

test("an error that nobody waits for", {
	skip: !existsSync("/dev/null") && "there is no /dev/null here",
}, async () => {
	const bug =
		"data:text/javascript,setImmediate(() => { throw new RangeError('secret') })";
	assert.deepEqual(await help("/dev/null", "--import", bug), {
		status: 1,
		err: "error: this is a bug in kubectl-meshreg (RangeError in Immediate.<anonymous>): please report it at https://github.com/kubectl-meshreg/kubectl-meshreg/issues\n",
	});
});
