import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Agenda } from "../../src/actions/agenda.ts";
import type { Clock } from "../../src/world.ts";

/** A clock that goes on when it is told to. */
function stopped(): Clock & { go(to: number): void } {
	let now = 0;
	const alarms = new Set<() => void>();
	return {
		now: () => now,
		delay: (ms, signal) =>
			new Promise((resolve, reject) => {
				const at = now + ms;
				const alarm = () => {
					if (now < at) return;
					alarms.delete(alarm);
					resolve();
				};
				alarms.add(alarm);
				signal?.addEventListener("abort", () => reject(signal.reason));
			}),
		go(to) {
			now = to;
			for (const alarm of alarms) alarm();
		},
	};
}

/** An agenda that runs; what was started and not finished, and how to finish it. */
function running(atOnce: number) {
	const clock = stopped();
	const agenda = new Agenda(clock);
	const started: string[] = [];
	const finishes = new Map<string, () => void>();
	const stop = new AbortController();
	const ended = agenda.run(
		(name) => {
			started.push(name);
			return new Promise((resolve) => finishes.set(name, resolve));
		},
		atOnce,
		stop.signal,
	);
	const finish = async (name: string) => {
		finishes.get(name)?.();
		await setImmediate();
	};
	const begun = async () => {
		await setImmediate();
		return started.splice(0);
	};
	return { clock, agenda, stop, ended, finish, begun };
}

test("so many at once, each by one", async () => {
	const { agenda, stop, ended, finish, begun } = running(2);
	for (const name of ["a", "b", "c", "a"]) agenda.add(name);
	assert.deepEqual(await begun(), ["a", "b"]);
	agenda.add("a");
	await finish("b");
	assert.deepEqual(await begun(), ["c"], "a is busy and waits for itself");
	await finish("a");
	assert.deepEqual(await begun(), ["a"], "it came up again meanwhile");
	const over = assert.rejects(ended, /stop/);
	stop.abort(new Error("stop"));
	await finish("a");
	await finish("c");
	await over;
});

test("not before their time, and the earlier one counts", async () => {
	const { clock, agenda, stop, ended, finish, begun } = running(9);
	agenda.add("a", 100);
	agenda.add("a", 50);
	agenda.add("a", 200);
	agenda.add("b", 70);
	agenda.add("c", 80);
	agenda.add("c");
	assert.deepEqual(await begun(), ["c"]);
	clock.go(49);
	assert.deepEqual(await begun(), []);
	clock.go(50);
	assert.deepEqual(await begun(), ["a"]);
	await finish("a");
	clock.go(300);
	assert.deepEqual(await begun(), ["b"], "a is not seen to again");
	const over = assert.rejects(ended, /stop/);
	stop.abort(new Error("stop"));
	await finish("b");
	await finish("c");
	await over;
});

test("it waits for what is under way before it ends, and ends with a failure", async () => {
	const failing = new Agenda(stopped());
	failing.add("a");
	await assert.rejects(
		failing.run(
			() => Promise.reject(new Error("boom")),
			9,
			new AbortController().signal,
		),
		/boom/,
	);
});
