import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { interruptOn } from "../../../src/adapters/terminal/signals.ts";
import { AbortedError } from "../../../src/errors.ts";
import { notPosix } from "../../support/posix.ts";

class FakeProcess extends EventEmitter {
	readonly exits: number[] = [];
	written = "";
	readonly stderr = {
		isTTY: true,
		write: (text: string) => {
			this.written += text;
		},
	};
	exit(status: number): void {
		this.exits.push(status);
	}
}

for (const [signal, status] of [
	["SIGINT", 130],
	["SIGTERM", 143],
	["SIGHUP", 129],
] as const)
	test(`${signal} aborts with a reason that exits ${status}; a second one exits at once`, () => {
		const source = new FakeProcess();
		const interrupt = interruptOn(source);
		assert.equal(interrupt.signal.aborted, false);
		source.emit(signal);
		const { reason } = interrupt.signal;
		assert(reason instanceof AbortedError);
		assert.equal(reason.exitStatus, status);
		assert.deepEqual(source.exits, []);
		// Only Ctrl-C is echoed.
		assert.equal(source.written, signal === "SIGINT" ? "\n" : "");
		source.emit("SIGINT");
		assert.deepEqual(source.exits, [130]);
		assert.equal(interrupt.signal.reason, reason, "the first one counts");
	});

test("what hears no signal is ended by one, and after it they are heard again", {
	skip: notPosix,
}, async () => {
	const source = new FakeProcess();
	const interrupt = interruptOn(source);
	assert.deepEqual(
		interrupt.unheard(() => source.eventNames()),
		[],
	);
	assert.throws(() =>
		interrupt.unheard(() => {
			throw new Error("no");
		}),
	);
	source.emit("SIGTERM");
	assert.equal(interrupt.signal.aborted, true);

	const deaf = new URL("../../support/programs/deaf.ts", import.meta.url);
	const child = spawn(process.execPath, [
		...["--import", "tsx"],
		fileURLToPath(deaf),
	]);
	const ended = once(child, "exit");
	await once(child.stdout, "data");
	child.kill("SIGINT");
	assert.deepEqual(await ended, [null, "SIGINT"]);
});

test("released, the signals are the system's again", () => {
	const source = new FakeProcess();
	interruptOn(source).release();
	assert.deepEqual(source.eventNames(), []);
});
