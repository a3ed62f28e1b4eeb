import assert from "node:assert/strict";
import { test } from "node:test";
import type { Expiry } from "../../../src/core/pull-secrets/expiry.ts";
import type { Provider } from "../../../src/core/pull-secrets/provider.ts";
import {
	askAgainIn,
	marginOf,
	nearnessOf,
	pauseAfter,
	providersNoted,
	type Refusal,
	renewerOf,
} from "../../../src/core/pull-secrets/renewal.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = Date.parse("2026-11-28T08:00:00Z");

const ending = (left: number, life: number | undefined): Expiry => ({
	key: "r.example",
	at: NOW + left,
	life,
});

test("the pause after so many failures, by what is left of a life", () => {
	const failures = [1, 2, 3, 4, 5, 10];
	const table: readonly [
		kind: Refusal,
		left: number,
		life: number | undefined,
		seconds: number[],
	][] = [
		// ECR's twelve hours: up to five minutes, and ever shorter toward the end.
		["failed", 2 * HOUR, 12 * HOUR, [5, 10, 20, 40, 80, 300]],
		["failed", 10 * MINUTE, 12 * HOUR, [5, 10, 20, 40, 60, 60]],
		["failed", MINUTE, 12 * HOUR, [5, 6, 6, 6, 6, 6]],
		["failed", 5 * SECOND, 12 * HOUR, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
		// Two minutes: a twentieth of them, and shorter.
		["failed", 100 * SECOND, 2 * MINUTE, [5, 6, 6, 6, 6, 6]],
		["failed", 24 * SECOND, 2 * MINUTE, [2.4, 2.4, 2.4, 2.4, 2.4, 2.4]],
		// A registry that refuses a fresh one: the next may be good.
		["rejected", 2 * HOUR, 12 * HOUR, [1, 2, 4, 8, 16, 300]],
		["rejected", 24 * SECOND, 2 * MINUTE, [1, 2, 2.4, 2.4, 2.4, 2.4]],
		// Over: twice a second, whatever happened before, for five minutes; then in proportion.
		["failed", 0, 2 * MINUTE, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
		["rejected", -MINUTE, 2 * MINUTE, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
		["failed", -5 * MINUTE, 12 * HOUR, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
		["failed", -10 * MINUTE, 12 * HOUR, [1, 1, 1, 1, 1, 1]],
		["failed", -HOUR, 12 * HOUR, [6, 6, 6, 6, 6, 6]],
		["failed", -100 * HOUR, undefined, [30, 30, 30, 30, 30, 30]],
	];
	for (const [kind, left, life, seconds] of table)
		assert.deepEqual(
			failures.map(
				(count) => pauseAfter(count, kind, ending(left, life), NOW) / SECOND,
			),
			seconds,
			`${kind}, ${left / SECOND} s before the end`,
		);
	assert.deepEqual(
		failures.map((count) => pauseAfter(count, "failed", undefined, NOW)),
		[5, 10, 20, 40, 60, 60].map((seconds) => seconds * SECOND),
	);
});

test("no pause is shorter than half a second, or sleeps over the end", () => {
	for (const life of [2 * MINUTE, HOUR, 12 * HOUR])
		for (let left = life; left > -life; left -= Math.round(life / 997))
			for (const kind of ["failed", "rejected"] as const)
				for (const count of [1, 3, 9, 100]) {
					const pause = pauseAfter(count, kind, ending(left, life), NOW);
					assert.ok(pause >= SECOND / 2 && pause <= 5 * MINUTE, `${pause}`);
					assert.ok(left <= 0 || pause <= Math.max(SECOND / 2, left / 10));
				}
});

test("how many tries an outage costs", () => {
	const tries = (life: number, outage: number) => {
		const expiry = ending(marginOf(ending(0, life), undefined), life);
		let [count, now] = [0, NOW];
		while (now < NOW + outage)
			now += pauseAfter(++count, "failed", expiry, now);
		return count;
	};
	assert.equal(tries(2 * MINUTE, 5 * MINUTE), 577);
	// Two hours and 24 minutes before the end, and as long after it.
	assert.equal(tries(12 * HOUR, 288 * MINUTE), 2713);
});

test("the same one again is asked for every minute, and before its end is slept over", () => {
	for (const [left, seconds] of [
		[12 * MINUTE, 60],
		[MINUTE, 30],
		[10 * SECOND, 5],
		[SECOND, 0.5],
	] as const)
		assert.equal(
			askAgainIn(ending(left, HOUR), 0, NOW),
			seconds * SECOND,
			`${left}`,
		);
	assert.equal(askAgainIn(undefined, 0, NOW), MINUTE);
	assert.equal(askAgainIn(undefined, 10 * MINUTE, NOW), 10 * MINUTE);
	assert.equal(askAgainIn(undefined, undefined, NOW), HOUR);
});

test("how long before its end a credential is renewed: a fifth of its life, never more than half of it", () => {
	for (const [life, before, margin] of [
		[2 * MINUTE, undefined, 24 * SECOND],
		[12 * HOUR, undefined, 2.4 * HOUR],
		[2 * MINUTE, HOUR, MINUTE],
		[12 * HOUR, HOUR, HOUR],
		[undefined, undefined, HOUR],
		[undefined, MINUTE, MINUTE],
	] as const)
		assert.equal(marginOf(ending(0, life), before), margin);
});

test("what the annotation holds is a provider's name, or none", () => {
	const noted = {
		a: "ecr",
		b: "helper:ecr-login",
		c: "plugin:my provider.exe",
		d: "helper:x\u001b[31m",
		e: "plugin:/bin/sh",
		f: `helper:${"a".repeat(5000)}`,
		g: "sh -c x",
		h: ["ecr"],
		i: `plugin:${"a".repeat(255)}`,
		j: "helper:",
	};
	const annotations = { "kubectl-meshreg/provider": JSON.stringify(noted) };
	assert.deepEqual(
		[...new Set(providersNoted({ annotations }).values())],
		["ecr", "helper:ecr-login", "plugin:my provider.exe", noted.i],
	);
	for (const key of ["d", "e", "f", "g", "h", "j"])
		assert.equal(providersNoted({ annotations }).has(key), false, key);
});

test("an entry is renewed by what its own note names, where just that is allowed", () => {
	const noted = { "r.example:5000": "ecr", "r.example": "helper:pass" };
	const source = {
		annotations: { "kubectl-meshreg/provider": JSON.stringify(noted) },
	};
	const pass = { by: "helper", name: "pass" } as const;
	const other = { by: "helper", name: "other" } as const;
	const ecr = { by: "ecr" } as const;
	const renewer = (key: string, ...allowed: Provider[]) =>
		renewerOf(source, key, allowed);
	assert.equal(renewer("r.example", other, ecr, pass), pass);
	assert.equal(renewer("r.example:5000", pass, ecr), ecr);
	assert.equal(renewer("r.example", other, ecr), undefined);
	assert.equal(renewer("r", pass, ecr), undefined);
});

test("how near its end a credential is", () => {
	for (const [left, nearness] of [
		[101, "far"],
		[100, "near"],
		[26, "near"],
		[25, "last"],
		[1, "last"],
		[0, "over"],
	] as const)
		assert.equal(nearnessOf(ending(left, HOUR), 100, NOW), nearness);
	assert.equal(nearnessOf(undefined, 100, NOW), "far");
});
