import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoffs } from "../../../src/core/pull-secrets/backoff.ts";

/** What is left after writes at these times. */
const writes = (...times: number[]): Backoffs => {
	const backoffs = new Backoffs();
	for (const now of times) backoffs.wrote("app", now);
	return backoffs;
};

test("the next write", () => {
	for (const [name, backoffs, next] of [
		["nothing has happened", writes(), -Infinity],
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
	] as const) {
		assert.equal(backoffs.nextWrite("app"), next, name);
		assert.equal(backoffs.nextWrite("shop"), -Infinity, name);
	}
	const sixth = writes(0, 1, 2, 3, 4, 1004);
	assert.equal(sixth.nextWrite("app", 1000), 2004);
	sixth.forget("app");
	assert.equal(sixth.has("app"), false);
	assert.equal(sixth.nextWrite("app"), -Infinity);
});

test("the wait after failures doubles up to a limit, and a success ends it", () => {
	const waits: number[] = [];
	const backoffs = new Backoffs();
	for (let n = 0; n < 6; n++) {
		backoffs.failed("app");
		waits.push(backoffs.retryAfter("app", 10_000));
	}
	assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
	assert.equal(backoffs.hasFailed("app"), true);
	backoffs.wrote("app", 0);
	assert.equal(backoffs.hasFailed("app"), false);
});

test("a quarrel is told once, and not where something else is to be written by now", () => {
	const five = () => writes(0, 1, 2, 3, 4);
	const told = () => {
		const backoffs = five();
		backoffs.isQuarrel("app");
		return backoffs;
	};
	const then = (backoffs: Backoffs, now: number, tells = false) => {
		backoffs.wrote("app", now, "", tells);
		return backoffs;
	};
	for (const [name, backoffs, of, isDue] of [
		["four in a row", writes(0, 1, 2, 3), "", false],
		["five", five(), "", true],
		["of another source", five(), "2", false],
		["told", told(), "", false],
		["told, and it goes on", then(told(), 1004), "", false],
		["told with the write", then(five(), 1004, true), "", false],
		[
			"one that begins again",
			[0, 1, 2, 3, 4].reduce(
				(before, at) => then(before, 100_000 + at),
				told(),
			),
			"",
			true,
		],
	] as const)
		assert.equal(backoffs.isQuarrel("app", of), isDue, name);
});
