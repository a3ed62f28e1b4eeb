import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { WorkQueue } from "../../../src/actions/watch/work-queue.ts";
import { playedClock } from "../../support/played-clock.ts";

/** An agenda that runs; what was started and not finished, and how to finish it. */
function running(atOnce: number) {
	const clock = playedClock();
	const agenda = new WorkQueue(clock);
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

test("nothing is seen to by two at a time, however much room there is", async () => {
	const { agenda, stop, ended, finish, begun } = running(9);
	agenda.add("a");
	assert.deepEqual(await begun(), ["a"]);
	agenda.add("a");
	agenda.add("b");
	assert.deepEqual(await begun(), ["b"]);
	await finish("a");
	assert.deepEqual(await begun(), ["a"]);
	const over = assert.rejects(ended, /stop/);
	stop.abort(new Error("stop"));
	await finish("a");
	await finish("b");
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
	agenda.add("d");
	agenda.add("d", 90);
	assert.deepEqual(await begun(), ["c", "d"]);
	await finish("c");
	await finish("d");
	clock.set(49);
	assert.deepEqual(await begun(), []);
	clock.set(50);
	assert.deepEqual(await begun(), ["a"]);
	await finish("a");
	clock.set(300);
	assert.deepEqual(await begun(), ["b"], "no other is seen to again");
	const over = assert.rejects(ended, /stop/);
	stop.abort(new Error("stop"));
	await finish("b");
	await over;
});

test("it waits for what is under way before it ends, and ends with a failure", async () => {
	const failing = new WorkQueue(playedClock());
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
