import assert from "node:assert/strict";
import { test } from "node:test";
import {
	afterFailure,
	afterWrite,
	type Backoff,
	FRESH,
	nextWrite,
	retryAfter,
	toldOfQuarrel,
} from "../../../src/core/pull-secrets/backoff.ts";

/** What is left after writes at these times. */
const writes = (...times: number[]): Backoff =>
	times.reduce((before, now) => afterWrite(before, now), FRESH);

test("the next write", () => {
	for (const [name, pace, next] of [
		["nothing has happened", FRESH, -Infinity],
		["a few in a row", writes(0, 1, 2, 3), 3],
		["the fifth in a row waits a second", writes(0, 1, 2, 3, 4), 1004],
		["the sixth two", writes(0, 1, 2, 3, 4, 1004), 3004],
		["five, but far apart", writes(0, 1, 2, 3, 11_000), 11_000],
		[
			"what we waited ourselves does not end the quarrel",
			writes(0, 0, 0, 0, 0, 0, 0, 0, 0, 20_000),
			52_000,
		],
		["at most a minute", writes(...Array<number>(50).fill(0)), 60_000],
	] as const)
		assert.equal(nextWrite(pace), next, name);
});

test("the wait after failures doubles up to a limit, and a success ends it", () => {
	const waits: number[] = [];
	let pace = FRESH;
	for (let n = 0; n < 6; n++) {
		pace = afterFailure(pace);
		waits.push(retryAfter(pace, 10_000));
	}
	assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
	assert.equal(afterWrite(pace, 0).failures, 0);
});

test("a quarrel is told once, and not where something else is to be written by now", () => {
	const five = writes(0, 1, 2, 3, 4);
	const told = toldOfQuarrel(five);
	assert.ok(told);
	for (const [name, backoff, of, isDue] of [
		["four in a row", writes(0, 1, 2, 3), "", false],
		["five", five, "", true],
		["of another source", five, "2", false],
		["told", told, "", false],
		["told, and it goes on", afterWrite(told, 1004), "", false],
		["told with the write", afterWrite(five, 1004, "", true), "", false],
		[
			"one that begins again",
			[0, 1, 2, 3, 4].reduce(
				(before, at) => afterWrite(before, 100_000 + at),
				told,
			),
			"",
			true,
		],
	] as const)
		assert.equal(toldOfQuarrel(backoff, of) !== undefined, isDue, name);
});
