import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { interruptOn } from "../../../src/adapters/terminal/signals.ts";
import { AbortedError } from "../../../src/errors.ts";

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

test("released, the signals are the system's again", () => {
	const source = new FakeProcess();
	interruptOn(source).release();
	assert.deepEqual(source.eventNames(), []);
});
