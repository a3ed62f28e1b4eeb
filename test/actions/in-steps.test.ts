import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as aTurn } from "node:timers/promises";
import { inSteps } from "../../src/actions/in-steps.ts";
import type { Steps } from "../../src/core/steps.ts";
import { AbortedError } from "../../src/errors.ts";

/** A clock by which each look at it takes 10 ms. */
function slowClock() {
	let at = 0;
	return {
		now: () => 0,
		elapsed: () => (at += 10),
		delays: 0,
		async delay(_: number, signal?: AbortSignal) {
			this.delays++;
			await aTurn();
			signal?.throwIfAborted();
		},
	};
}

function* counting(steps: number): Steps<string> {
	for (let at = 0; at < steps; at++) yield;
	return "done";
}

describe("a long computation", () => {
	test("is run to its end", async () => {
		const clock = slowClock();
		const interrupt = new AbortController().signal;
		assert.equal(await inSteps(counting(100), { clock, interrupt }), "done");
		assert.ok(clock.delays > 10, `${clock.delays} pauses`);
	});

	test("hears an interruption that comes meanwhile", async () => {
		const interrupt = new AbortController();
		setImmediate(() => interrupt.abort(new AbortedError("SIGINT")));
		await assert.rejects(
			inSteps(counting(1_000_000), {
				clock: slowClock(),
				interrupt: interrupt.signal,
			}),
			AbortedError,
		);
	});
});
