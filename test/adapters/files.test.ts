import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	lchownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { after, test } from "node:test";
import { disk, diskUntil } from "../../src/adapters/files.ts";
import { AbortedError } from "../../src/errors.ts";
import { isRoot, notPosix, withoutRights } from "../support/posix.ts";
import { wordsOf } from "../support/refused.ts";

const folder = mkdtempSync(join(tmpdir(), "meshreg-files-"));
after(() => rmSync(folder, { recursive: true }));
// Whoever looks for a file in it finds it.
chmodSync(folder, 0o711);
const at = (name: string) => join(folder, name);

writeFileSync(at("key"), "x".repeat(2048));
mkdirSync(at("folder"));

async function failure(attempt: Promise<unknown>): Promise<string> {
	try {
		await attempt;
	} catch (error) {
		const words = wordsOf(error);
		assert(!words.includes("\n"), "one line");
		return words.replaceAll(folder, "DIR").replaceAll(sep, "/");
	}
	assert.fail("it worked");
}

test("reads a file up to its limit, and no further", async () => {
	assert.equal((await disk.read(at("key"), 2048)).length, 2048);
	assert.equal(
		await failure(disk.read(at("key"), 2047)),
		"cannot read DIR/key: larger than 2047 bytes",
	);
	assert.equal(
		await failure(disk.read(at("key"), 1024)),
		"cannot read DIR/key: larger than 1 KiB",
	);
});

test("what cannot be read is named with the reason", {
	skip: notPosix,
}, async () => {
	for (const [name, message] of [
		["absent", "cannot read DIR/absent: no such file or directory"],
		["folder", "DIR/folder is a directory"],
		["key/below", "cannot read DIR/key/below: not a directory"],
	] as const)
		assert.equal(await failure(disk.read(at(name), 9)), message);
	assert.equal(
		await failure(disk.read("", 9)),
		'cannot read "": no such file or directory',
	);
	assert.equal(
		await failure(disk.read(at("two\nlines"), 9)),
		'cannot read "DIR/two\\nlines": no such file or directory',
	);
});

test("a file without read permission", {
	skip: notPosix,
}, async () => {
	writeFileSync(at("locked"), "secret");
	chmodSync(at("locked"), 0);
	assert.equal(
		await withoutRights(() => failure(disk.read(at("locked"), 9))),
		"cannot read DIR/locked: permission denied",
	);
});

test("reads what a shell's <(…) gives: a pipe", {
	skip: process.platform === "win32" && "Windows has no mkfifo",
}, async () => {
	execFileSync("mkfifo", [at("pipe")]);
	const [content] = await Promise.all([
		disk.read(at("pipe"), 64),
		disk.write(at("pipe"), "through a pipe"),
	]);
	assert.equal(content.toString(), "through a pipe");
	assert(statSync(at("pipe")).isFIFO(), "the pipe is still one");
});

test("a pipe that nobody fills is waited for until an interrupt; a file is read and written after it", {
	skip: process.platform === "win32" && "Windows has no mkfifo",
}, async () => {
	execFileSync("mkfifo", [at("closed")]);
	const interrupt = new AbortController();
	const files = diskUntil(interrupt.signal);
	const reading = files.read(at("closed"), 64);
	// Open at both ends, and nothing comes.
	const writer = await open(at("closed"), "w");
	interrupt.abort(new AbortedError("SIGTERM"));
	await assert.rejects(reading, AbortedError);
	await files.write(at("other"), "text");
	assert.equal((await files.read(at("other"), 64)).toString(), "text");
	await writer.close();
});

test("writes new and old files in one step, for this user alone unless an old one is to stay as open as it was", {
	skip: notPosix,
}, async () => {
	mkdirSync(at("out"));
	const path = at("out/config.json");
	await disk.write(path, "first");
	assert.equal(statSync(path).mode & 0o777, 0o600);
	writeFileSync(at("out/open"), "old", { mode: 0o666 });
	await disk.write(at("out/open"), "new");
	assert.equal(statSync(at("out/open")).mode & 0o777, 0o600);
	writeFileSync(at("out/shared"), "old");
	chmodSync(at("out/shared"), 0o664);
	await disk.write(at("out/shared"), "new", "kept");
	assert.equal(statSync(at("out/shared")).mode & 0o777, 0o664);
	const long = "n".repeat(255);
	await disk.write(at(`out/${long}`), "the longest name");
	assert.deepEqual(readdirSync(at("out")), [
		"config.json",
		long,
		"open",
		"shared",
	]);
});

test("root leaves another user's file theirs where that is asked for", {
	skip: !isRoot && "only root can give a file away",
}, async () => {
	const path = at("theirs");
	writeFileSync(path, "old", { mode: 0o600 });
	chownSync(path, 65534, 65533);
	await disk.write(path, "new", "kept");
	const { uid, gid, mode } = statSync(path);
	assert.deepEqual([uid, gid, mode & 0o777], [65534, 65533, 0o600]);
});

test("writes through a link and leaves it one", {
	skip: notPosix,
}, async () => {
	writeFileSync(at("target"), "old");
	symlinkSync(at("target"), at("link"));
	await disk.write(at("link"), "through");
	assert.equal(readFileSync(at("target"), "utf8"), "through");
});

test("a pipe or a link of another user is not written to", {
	skip: !isRoot && "only root can give a file away",
}, async () => {
	mkdirSync(at("public"));
	chmodSync(at("public"), 0o777);
	const pipe = at("public/pipe");
	execFileSync("mkfifo", ["-m", "666", pipe]);
	chownSync(pipe, 65534, 65534);
	// Somebody listens, so that opening it would not block.
	const reader = spawn("cat", [pipe]);
	assert.equal(
		await failure(disk.write(pipe, "S3CRET")),
		"cannot write DIR/public/pipe: it belongs to another user, who may read what is written",
	);
	reader.kill();
	writeFileSync(at("ours"), "before");
	const link = at("public/link");
	symlinkSync(at("ours"), link);
	lchownSync(link, 65534, 65534);
	assert.equal(
		await failure(disk.write(link, "S3CRET")),
		"cannot write DIR/public/link: it is a link that belongs to another user",
	);
	assert.equal(readFileSync(at("ours"), "utf8"), "before");
	await disk.write("/dev/null", "S3CRET");
});

test("a write that fails says why and leaves no draft", async () => {
	assert.equal(
		await failure(disk.write(at("nowhere/x"), "x")),
		"cannot write DIR/nowhere/x: no such file or directory",
	);
	assert.equal(
		await failure(disk.write(at("folder"), "x")),
		"DIR/folder is a directory",
	);
	if (existsSync("/dev/full"))
		assert.equal(
			await failure(disk.write("/dev/full", "x")),
			"cannot write /dev/full: no space left on device",
		);
	assert.deepEqual(readdirSync(at("folder")), []);
});

test("lists a folder in order, tells folders, and says when it is none", {
	skip: notPosix,
}, async () => {
	mkdirSync(at("list/b"), { recursive: true });
	writeFileSync(at("list/c"), "");
	symlinkSync(at("list/b"), at("list/a"));
	symlinkSync(at("list/gone"), at("list/dangling"));
	assert.deepEqual(await disk.entries(at("list")), [
		{ name: "a", isFolder: false },
		{ name: "b", isFolder: true },
		{ name: "c", isFolder: false },
		{ name: "dangling", isFolder: false },
	]);
	assert.deepEqual(await disk.entries(at("list/a")), []);
	assert.equal(await disk.entries(at("key")), undefined);
	assert.equal(
		await failure(disk.entries(at("absent"))),
		"cannot read DIR/absent: no such file or directory",
	);
});

test("says whether something is there", async () => {
	assert.equal(existsSync(at("key")), true);
	for (const [name, there] of [
		["key", true],
		["folder", true],
		["absent", false],
		["key/below", false],
	] as const)
		assert.equal(await disk.exists(at(name)), there, name);
});

test("a draft that a killed process left is removed with the next write beside it; one that is being written stays", async () => {
	const place = at("drafts");
	mkdirSync(place);
	const [left, fresh, other] = [
		".meshreg-0123456789ab",
		".meshreg-ba9876543210",
		".meshreg-notes",
	].map((name) => join(place, name)) as [string, string, string];
	for (const path of [left, fresh, other]) writeFileSync(path, "secret");
	for (const path of [left, other]) utimesSync(path, 0, 0);
	await disk.write(join(place, "config.json"), "{}");
	assert.deepEqual(readdirSync(place), [
		".meshreg-ba9876543210",
		".meshreg-notes",
		"config.json",
	]);
});
