import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import type {
	RegistryAnswer,
	Send,
} from "../../../src/core/registry/answer.ts";
import {
	HostLimits,
	retryAfter,
} from "../../../src/core/registry/host-limits.ts";
import { get } from "../../../src/core/registry/login.ts";
import { registryFaultWords } from "../../../src/report/registry-fault-words.ts";
import { playedClock } from "../../support/played-clock.ts";

const URL_ = new URL("https://r.io/v2/");

function answer(
	status: number,
	headers: Record<string, string> = {},
): RegistryAnswer {
	return { status, header: (name) => headers[name] ?? "", body: "" };
}

/** A host that answers each request with the next of these, and a clock that goes on when it is waited for. */
function host(...answers: (RegistryAnswer | { failure: { code: string } })[]) {
	const seen: number[] = [];
	let now = 0;
	let isOver = false;
	let most = 0;
	let underWay = 0;
	const send: Send = async () => {
		most = Math.max(most, ++underWay);
		seen.push(now);
		await Promise.resolve();
		underWay--;
		return answers[Math.min(seen.length, answers.length) - 1] ?? answer(200);
	};
	const limits = new HostLimits("r.io", send, {
		now: () => now,
		elapsed: () => now,
		delay: async (ms) => {
			now += ms;
		},
		isOver: () => isOver,
	});
	return {
		limits,
		now: () => now,
		/** The time for it has gone by. */
		end: () => {
			isOver = true;
		},
		/** When each request was sent. */
		seen,
		most: () => most,
		ask: async () => {
			const asked = await limits.ask(get(URL_));
			return "answer" in asked
				? asked.answer.status
				: registryFaultWords(asked.fault);
		},
	};
}

describe("a host that is asked many things", () => {
	it("is asked four at once", async () => {
		const { ask, most, seen } = host(answer(200));
		await Promise.all(Array.from({ length: 40 }, ask));
		assert.equal(seen.length, 40);
		assert.equal(most(), 4);
	});

	it("is given the time that it asks for", async () => {
		const { ask, seen } = host(
			answer(429, { "retry-after": "7" }),
			answer(200),
		);
		assert.equal(await ask(), 200);
		assert.deepEqual(seen, [0, 7000]);
	});

	it("is given some where it does not say how much, and not asked a fourth time", async () => {
		const { ask, seen } = host(answer(429));
		const limited = "rate limit of r.io reached (429): try again later";
		assert.equal(await ask(), limited);
		assert.deepEqual(seen, [0, 1000, 3000]);
		assert.equal(await ask(), limited);
		assert.equal(seen.length, 3);
	});

	it("that asks for minutes is not waited for", async () => {
		const { ask, seen } = host(answer(429, { "retry-after": "300" }));
		assert.equal(
			await ask(),
			"rate limit of r.io reached (429): try again later (it asks to wait 300 s)",
		);
		await ask();
		assert.equal(seen.length, 1);
	});

	it("that fails is asked again, and failures in between count for nothing", async () => {
		const { ask } = host(
			answer(503),
			answer(502),
			answer(200),
			{ failure: { code: "ECONNRESET" } },
			answer(500),
			answer(200),
		);
		assert.equal(await ask(), 200);
		assert.equal(await ask(), 200);
	});

	it("that answers every other request is not waited for without end", async () => {
		const late = answer(429, { "retry-after": "30" });
		const { ask, seen, now } = host(
			...Array.from({ length: 100 }, () => [late, answer(200)]).flat(),
		);
		for (let asked = 0; asked < 60; asked++) await ask();
		assert.equal(
			await ask(),
			"rate limit of r.io reached (429): try again later",
		);
		assert.equal(seen.at(-1), 300_000);
		const then = now();
		await ask();
		assert.equal(now(), then, "nobody waits for what is not asked");
	});

	it("is not asked once the time for it is over", async () => {
		const { limits, seen, end } = host(answer(200));
		end();
		assert.deepEqual(await limits.ask(get(URL_)), {
			fault: { host: "r.io", kind: "unasked" },
		});
		assert.deepEqual(seen, []);
	});

	it("what is refused or not there is an answer, not a failure", async () => {
		const { ask } = host(answer(404), answer(401), answer(403), answer(404));
		for (const status of [404, 401, 403, 404])
			assert.equal(await ask(), status);
	});

	for (const code of [
		"ENOTFOUND",
		"TIMEOUT",
		"DEPTH_ZERO_SELF_SIGNED_CERT",
		"ERR_SSL_WRONG_VERSION_NUMBER",
		"PRIVATE_HOST",
		"PROXY",
	])
		it(`${code} is not tried again, for this request or another`, async () => {
			const { ask, seen } = host({ failure: { code } });
			const said = await ask();
			assert.deepEqual(await Promise.all([ask(), ask()]), [said, said]);
			assert.equal(seen.length, 1);
		});

	it("what answers without HTTP is not tried again, and given up after three requests", async () => {
		const { ask, seen } = host({ failure: { code: "HPE_INVALID_CONSTANT" } });
		for (const count of [1, 2, 3, 3]) {
			await ask();
			assert.equal(seen.length, count);
		}
	});

	for (const code of ["ECONNRESET", "ECONNREFUSED"])
		it(`${code} is tried three times`, async () => {
			const { ask, seen } = host({ failure: { code } });
			await ask();
			assert.deepEqual(seen, [0, 1000, 3000]);
		});

	it("that asks for no time at all is not asked without end", async () => {
		const { ask, seen } = host(
			...Array(5).fill(answer(429, { "retry-after": "0" })),
			answer(200),
		);
		await ask();
		assert.equal(seen.length, 3);
	});

	it("that asks for half a minute is waited for", async () => {
		const { ask, seen } = host(
			answer(429, { "retry-after": "30" }),
			answer(200),
		);
		assert.equal(await ask(), 200);
		assert.deepEqual(seen, [0, 30_000]);
	});
});

/** A host whose answers are given one by one, and whose clock is set. */
function playedHost() {
	const clock = playedClock();
	const answers: ((given: RegistryAnswer | "TLS") => void)[] = [];
	const limits = new HostLimits(
		"r.io",
		() =>
			new Promise((resolve) =>
				answers.push((given) =>
					resolve(
						given === "TLS"
							? { failure: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } }
							: given,
					),
				),
			),
		{ ...clock, isOver: () => false },
	);
	return {
		clock,
		/** What waits for an answer, first come first; each is answered by calling it. */
		answers,
		ask: async () => "answer" in (await limits.ask(get(URL_))),
	};
}

describe("a host that is asked several things at once", () => {
	const WAIT_1 = answer(429, { "retry-after": "1" });
	const WAIT_20 = answer(429, { "retry-after": "20" });

	it("counts what failed together once", async () => {
		const { clock, answers, ask } = playedHost();
		const asked = Promise.all([ask(), ask(), ask()]);
		await settled();
		clock.set(10);
		for (const give of answers.splice(0)) give(answer(503));
		await settled();
		clock.set(5000);
		await settled();
		assert.equal(answers.length, 3);
		for (const give of answers) give(answer(200));
		assert.deepEqual(await asked, [true, true, true]);
	});

	it("is left alone for as long as any answer wants, also by who waits already", async () => {
		for (const wanted of [
			[WAIT_1, WAIT_20],
			[WAIT_20, WAIT_1],
		] as const) {
			const { clock, answers, ask } = playedHost();
			const asked = Promise.all([ask(), ask()]);
			await settled();
			clock.set(10);
			for (const [at, give] of answers.splice(0).entries()) {
				give(wanted[at] ?? assert.fail());
				await settled();
			}
			for (const time of [1500, 2500, 19_999]) {
				clock.set(time);
				await settled();
				assert.equal(answers.length, 0, `at ${time}`);
			}
			clock.set(20_010);
			await settled();
			assert.equal(answers.length, 2);
			for (const give of answers) give(answer(200));
			assert.deepEqual(await asked, [true, true]);
		}
	});

	it("is not asked again by who waits, once another was told that it will never answer", async () => {
		const { clock, answers, ask } = playedHost();
		const asked = Promise.all([ask(), ask()]);
		await settled();
		const [first, second] = answers.splice(0);
		first?.(WAIT_1);
		await settled();
		second?.("TLS");
		await settled();
		clock.set(1000);
		await settled();
		assert.equal(answers.length, 0);
		assert.deepEqual(await asked, [false, false]);
		// Nor does whoever comes then wait for anything.
		assert.equal(await ask(), false);
	});
});

describe("Retry-After", () => {
	const now = Date.parse("2026-01-01T00:00:00Z");
	const table: [header: string, ms: number | undefined][] = [
		["", undefined],
		["0", 0],
		["120", 120_000],
		[" 5 ", 5000],
		["Thu, 01 Jan 2026 00:00:09 GMT", 9000],
		["Wed, 31 Dec 2025 00:00:00 GMT", 0],
		["soon", undefined],
		["-1", undefined],
		["1e9", undefined],
		["99999999999999", undefined],
	];
	for (const [header, ms] of table)
		it(JSON.stringify(header), () => {
			assert.equal(retryAfter(header, now), ms);
		});
});
