import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { WorkQueue } from "../../../src/actions/watch/work-queue.ts";
import { playedClock } from "../../support/played-clock.ts";

/** A queue that runs; what was started and not finished, and how to finish it. */
function running(atOnce: number) {
	const clock = playedClock();
	const queue = new WorkQueue(clock);
	const started: string[] = [];
	const finishes = new Map<string, () => void>();
	const stop = new AbortController();
	const ended = queue.run(
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
	return { clock, queue, stop, ended, finish, begun };
}

test("so many at once, each by one", async () => {
	const { queue, stop, ended, finish, begun } = running(2);
	for (const name of ["a", "b", "c", "a"]) queue.add(name);
	assert.deepEqual(await begun(), ["a", "b"]);
	queue.add("a");
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
	const { queue, stop, ended, finish, begun } = running(9);
	queue.add("a");
	assert.deepEqual(await begun(), ["a"]);
	queue.add("a");
	queue.add("b");
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
	const { clock, queue, stop, ended, finish, begun } = running(9);
	queue.add("a", 100);
	queue.add("a", 50);
	queue.add("a", 200);
	queue.add("b", 70);
	queue.add("c", 80);
	queue.add("c");
	queue.add("d");
	queue.add("d", 90);
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

test("once it is stopped nothing more is begun, and it ends when what is under way has", async () => {
	const { queue, stop, ended, finish, begun } = running(9);
	queue.add("a");
	assert.deepEqual(await begun(), ["a"]);
	let isOver = false;
	const over = ended.catch((error) => {
		isOver = true;
		return error;
	});
	queue.add("b");
	stop.abort(new Error("stop"));
	assert.deepEqual(await begun(), []);
	assert.equal(isOver, false);
	await finish("a");
	assert.match(String(await over), /stop/);

	const late = new WorkQueue(playedClock());
	late.add("a");
	await assert.rejects(
		late.run(() => assert.fail("it was begun"), 9, stop.signal),
		/stop/,
	);
});

test("it waits for the next time alone, and for none where nothing is to come", async () => {
	const { clock, queue, stop, ended, finish, begun } = running(9);
	await begun();
	assert.deepEqual(clock.waiting(), []);
	queue.add("a", 100);
	queue.add("b", 50);
	queue.add("c");
	assert.deepEqual(await begun(), ["c"]);
	assert.deepEqual(clock.waiting(), [50]);
	const over = assert.rejects(ended, /stop/);
	stop.abort(new Error("stop"));
	await finish("c");
	await over;
	assert.deepEqual(clock.waiting(), []);
});

test("it ends with a failure", async () => {
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
