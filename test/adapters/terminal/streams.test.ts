import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { processStreams } from "../../../src/adapters/terminal/streams.ts";
import { AbortedError } from "../../../src/errors.ts";

class FakeOutput extends EventEmitter {
	written = "";
	constructor(
		readonly isTTY: boolean,
		public columns: number,
	) {
		super();
	}
	write(text: string): void {
		this.written += text;
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
	const streams = processStreams({ stdin, stdout, stderr, env }, interrupt);
	return { stdin, stdout, stderr, streams };
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
		assert.equal(streams.interactive, tty);
		assert.equal(streams.inputIsTerminal, tty);
		assert.equal(streams.out.isTerminal, tty);
	}
});

test("the width is the terminal's, as it is now, or 80", () => {
	const { streams, stderr } = world();
	assert.equal(streams.err.columns, 80);
	stderr.columns = 132;
	assert.equal(streams.err.columns, 132);
});

test("a reader that went away ends the writing, not the program", () => {
	const { streams, stdout, stderr } = world();
	streams.out.write("first\n");
	stdout.emit("error", Object.assign(new Error(), { code: "EPIPE" }));
	streams.out.write("second\n");
	streams.err.write("still here\n");
	assert.equal(stdout.written, "first\n");
	assert.equal(streams.out.gone?.aborted, true);
	assert.equal(streams.err.gone?.aborted, false);
	assert.equal(stderr.written, "still here\n");
});

test("a full disk is not a reader that went away", () => {
	const { stdout } = world();
	const full = Object.assign(new Error("disk full"), { code: "ENOSPC" });
	assert.throws(() => stdout.emit("error", full), full);
});

test("reads standard input to its end, within the limit", async () => {
	const { streams, stdin } = world({ tty: false });
	stdin.write("se");
	stdin.end("cret");
	assert.equal((await streams.readInput(6)).toString(), "secret");

	const tooMuch = world({ tty: false });
	tooMuch.stdin.end("secret");
	await assert.rejects(tooMuch.streams.readInput(5), {
		name: "OperationError",
		message: "standard input is larger than 5 bytes",
	});
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
