import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/adapters/clock.ts";
import { AbortedError } from "../../src/errors.ts";

test("now is the system's time in milliseconds", () => {
	const before = Date.now();
	const now = systemClock.now();
	assert(before <= now && now <= Date.now());
});

test("what has elapsed does not depend on the time of day", (t) => {
	t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
	const before = systemClock.elapsed();
	t.mock.timers.setTime(0);
	assert(systemClock.now() === 0 && systemClock.elapsed() >= before);
});

test("a delay ends by itself, and at once with the signal's reason", async () => {
	await systemClock.delay(1);
	const reason = new AbortedError("SIGTERM");
	const controller = new AbortController();
	const delay = systemClock.delay(3_600_000, controller.signal);
	controller.abort(reason);
	await assert.rejects(delay, reason);
	await assert.rejects(systemClock.delay(1, controller.signal), reason);
});
