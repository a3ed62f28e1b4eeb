import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InFlight } from "../../../../src/adapters/cluster/http/in-flight.ts";

/** A server of whatever speed, on a clock of its own: how many requests are at it, and for how long. */
class Simulation {
	now = 0;
	inside = 0;
	/** In flight at each start of a request. */
	readonly seen: number[] = [];
	readonly #events: { at: number; act: () => void }[] = [];

	/** Calls back after so many milliseconds. */
	after(ms: number, act: () => void): void {
		this.#events.push({ at: this.now + ms, act });
		this.#events.sort((a, b) => a.at - b.at);
	}

	/** Sends `count` requests that take `time(in flight)` each; returns when all are answered. */
	async send(
		limit: InFlight,
		count: number,
		time: (inside: number) => number,
	): Promise<void> {
		let left = count;
		for (let at = 0; at < count; at++)
			void limit
				.run(() => {
					this.seen.push(++this.inside);
					return new Promise<void>((resolve) =>
						this.after(time(this.inside), () => {
							this.inside--;
							resolve();
						}),
					);
				})
				.then(() => left--);
		while (left > 0) {
			await new Promise((resolve) => setImmediate(resolve));
			const next = this.#events.shift();
			if (next === undefined) continue;
			this.now = next.at;
			next.act();
		}
	}
}

const most = (seen: readonly number[]) => Math.max(...seen);

describe("requests in flight", () => {
	for (const milliseconds of [0, 1, 20, 1_500])
		test(`grow to 64 where answers always take ${milliseconds} ms`, async () => {
			const server = new Simulation();
			const limit = new InFlight(undefined, () => false);
			await server.send(limit, 1_000, () => milliseconds);
			assert.equal(most(server.seen.slice(0, 33)), 32);
			assert.equal(most(server.seen), 64);
		});

	test("do not grow while nothing waits", async () => {
		const limit = new InFlight(undefined, () => false);
		for (let times = 0; times < 500; times++) await limit.run(async () => 1);
		const server = new Simulation();
		await server.send(limit, 33, () => 5);
		assert.equal(most(server.seen), 32);
	});

	test("are never more than --concurrency", async () => {
		for (const concurrency of [1, 3, 40, 90]) {
			const server = new Simulation();
			const limit = new InFlight(concurrency, () => false);
			await server.send(limit, 2_000, () => 5);
			assert.equal(most(server.seen), concurrency);
		}
	});

	/** All under way at once, and each fails. Returns how many there were. */
	async function refused(limit: InFlight): Promise<number> {
		let [inside, most] = [0, 0];
		const one = () =>
			limit.run(async () => {
				most = Math.max(most, ++inside);
				await new Promise((resolve) => setImmediate(resolve));
				inside--;
				throw new Error("too much");
			});
		await Promise.allSettled(Array.from({ length: 32 }, one));
		return most;
	}

	test("halve once for all that were under way together, and never below 2", async () => {
		const limit = new InFlight(undefined, () => true);
		const most = [];
		for (let times = 0; times < 3; times++) most.push(await refused(limit));
		assert.deepEqual(most, [32, 16, 2]);
	});

	test("come back by one for as many answers as are under way", async () => {
		const limit = new InFlight(64, (error) => error === "too much");
		await Promise.allSettled(
			Array.from({ length: 32 }, () =>
				limit.run(() => Promise.reject("too much")),
			),
		);
		const server = new Simulation();
		await server.send(limit, 16 + 1, () => 5);
		assert.equal(most(server.seen), 16);
		server.seen.length = 0;
		await server.send(limit, 4_000, () => 5);
		assert.ok(most(server.seen.slice(0, 17 * 16)) < 32);
		assert.equal(most(server.seen), 64);
	});

	test("what fails for another reason leaves the bound as it is", async () => {
		const limit = new InFlight(undefined, (error) => error === "too much");
		await Promise.allSettled(
			Array.from({ length: 32 }, () => limit.run(() => Promise.reject("no"))),
		);
		const server = new Simulation();
		await server.send(limit, 32, () => 5);
		assert.equal(most(server.seen), 32);
	});

	test("make room when one fails", async () => {
		const limit = new InFlight(1, () => false);
		const failing = limit.run(() => Promise.reject(new Error("no")));
		const next = limit.run(async () => "next");
		await assert.rejects(failing, { message: "no" });
		assert.equal(await next, "next");
	});
});
