import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { getSystemErrorMap } from "node:util";
import { processStreams } from "../../../src/adapters/terminal/streams.ts";
import { AbortedError } from "../../../src/errors.ts";
import { inWords } from "../../support/refused.ts";

/** As libuv numbers it on this system. */
const numberOf = (name: string) =>
	[...getSystemErrorMap()].find(([, [code]]) => code === name)?.[0];
const [ENOSPC, EIO] = [numberOf("ENOSPC"), numberOf("EIO")];

class FakeOutput extends EventEmitter {
	written = "";
	writes = 0;
	fd?: number;
	constructor(
		readonly isTTY: boolean,
		public columns: number,
	) {
		super();
	}
	write(text: string): void {
		this.written += text;
		this.writes++;
	}
}

function world(
	given: {
		tty?: boolean;
		columns?: number;
		env?: Record<string, string>;
		interrupt?: AbortSignal;
	} = {},
) {
	const tty = given.tty ?? true;
	const stdin = Object.assign(new PassThrough(), { isTTY: tty });
	const stdout = new FakeOutput(tty, given.columns ?? 0);
	const stderr = new FakeOutput(tty, given.columns ?? 0);
	const interrupt = given.interrupt ?? new AbortController().signal;
	const env = given.env ?? {};
	const process = Object.assign(new EventEmitter(), {
		...{ stdin, stdout, stderr, env },
		exitCode: 0,
	});
	const streams = processStreams(process, interrupt);
	return { stdin, stdout, stderr, streams, process };
}

test("animated only at a terminal that somebody watches and that can", () => {
	for (const [tty, env, animated] of [
		[true, {}, true],
		[true, { TERM: "xterm-256color", NO_COLOR: "", CI: "" }, true],
		[true, { CI: "false" }, true],
		[false, {}, false],
		[true, { NO_COLOR: "1" }, false],
		[true, { TERM: "dumb" }, false],
		[true, { CI: "true" }, false],
	] as const) {
		const { streams } = world({ tty, env });
		assert.equal(streams.animated, animated, JSON.stringify([tty, env]));
		// In CI nobody watches it move, but a log may have colours.
		const colours = animated || (tty && "CI" in env);
		assert.equal(streams.out.colours, colours, JSON.stringify([tty, env]));
		assert.equal(streams.err.colours, colours);
		assert.equal(streams.interactive, tty);
		assert.equal(streams.inputIsTerminal, tty);
		assert.equal(streams.out.isTerminal, tty);
	}
});

test("both streams in one place: a terminal, or one file (2>&1)", async () => {
	assert.equal(world().streams.together, true);
	const { streams, stdout, stderr } = world({ tty: false });
	assert.equal(streams.together, false);
	const folder = await mkdtemp(join(tmpdir(), "streams-"));
	const open = (name: string) => openSync(join(folder, name), "a");
	const [log, same, other] = [open("log"), open("log"), open("other")];
	stdout.fd = log;
	for (const [fd, together] of [
		[log, true],
		[same, true],
		[other, false],
	] as const) {
		stderr.fd = fd;
		assert.equal(streams.together, together);
	}
	for (const fd of [log, same, other]) closeSync(fd);
	await rm(folder, { recursive: true });
});

test("the width is the terminal's, as it is now, or 80", () => {
	const { streams, stderr } = world();
	assert.equal(streams.err.columns, 80);
	stderr.columns = 132;
	assert.equal(streams.err.columns, 132);
});

test("what is written in one turn is written at once, in order, and before the end", async () => {
	const { streams, stdout, stderr, process } = world();
	for (let n = 0; n < 1000; n++) streams.out.write(`${n}\n`);
	assert.equal(stdout.writes, 0);
	streams.err.write("warning\n");
	assert.equal(stdout.writes, 1, "what came before the warning is out");
	await setImmediate();
	assert.equal(stderr.written, "warning\n");
	streams.out.write("last\n");
	process.emit("exit");
	assert.match(stdout.written, /^0\n1\n.*\n999\nlast\n$/s);
	await setImmediate();
	assert.equal(stdout.writes, 2);
});

test("a reader that went away ends the writing, not the program", async () => {
	const { streams, stdout, stderr } = world();
	streams.out.write("first\n");
	await setImmediate();
	stdout.emit("error", Object.assign(new Error(), { code: "EPIPE" }));
	streams.out.write("second\n");
	streams.err.write("still here\n");
	await setImmediate();
	assert.equal(stdout.written, "first\n");
	assert.equal(streams.out.gone?.aborted, true);
	assert.equal(streams.err.gone?.aborted, false);
	assert.equal(stderr.written, "still here\n");
});

test("a full disk is not a reader that went away: said once, and exit status 1", async () => {
	const { streams, stdout, stderr, process } = world();
	const full = Object.assign(new Error("ENOSPC"), {
		code: "ENOSPC",
		errno: ENOSPC,
	});
	stdout.write = () => {
		throw full;
	};
	for (const text of ["first\n", "second\n"]) {
		streams.out.write(text);
		await setImmediate();
	}
	stdout.emit("error", full);
	await setImmediate();
	assert.equal(
		stderr.written,
		"error: cannot write to standard output: no space left on device\n",
	);
	assert.equal(streams.out.gone?.aborted, true);
	process.exitCode = 0;
	process.emit("exit");
	assert.equal(process.exitCode, 1);
});

test("reads standard input to its end, within the limit", async () => {
	const { streams, stdin } = world({ tty: false });
	stdin.write("se");
	stdin.end("cret");
	assert.equal((await streams.readInput(6)).toString(), "secret");

	const tooMuch = world({ tty: false });
	tooMuch.stdin.end("secret");
	await assert.rejects(
		tooMuch.streams.readInput(5),
		inWords("standard input is larger than 5 bytes"),
	);
});

test("a failure to read standard input is told, in the system's words, and is no bug", async () => {
	const { streams, stdin } = world({ tty: false });
	const reading = streams.readInput(9);
	stdin.write("half");
	stdin.destroy(
		Object.assign(new Error("EIO: i/o error, read"), {
			code: "EIO",
			errno: EIO,
		}),
	);
	await assert.rejects(
		reading,
		inWords(/^cannot read standard input: (i\/o|input\/output) error$/),
	);
});

test("an interrupt ends the wait for standard input", async () => {
	const controller = new AbortController();
	const { streams, stdin } = world({ interrupt: controller.signal });
	const reading = streams.readInput(9);
	stdin.write("half");
	const reason = new AbortedError("SIGTERM");
	controller.abort(reason);
	await assert.rejects(reading, reason);
});
