import assert from "node:assert/strict";
import { describe, it } from "node:test";
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
	});
	return {
		limits,
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

	it("what is refused or not there is an answer, not a failure", async () => {
		const { ask } = host(answer(404), answer(401), answer(403), answer(404));
		for (const status of [404, 401, 403, 404])
			assert.equal(await ask(), status);
	});

	for (const code of [
		"ENOTFOUND",
		"TIMEOUT",
		"DEPTH_ZERO_SELF_SIGNED_CERT",
		"PRIVATE_HOST",
		"PROXY",
	])
		it(`${code} is not tried again`, async () => {
			const { ask, seen } = host({ failure: { code } });
			await Promise.all([ask(), ask(), ask()]);
			await ask();
			assert.ok(seen.length <= 3, String(seen.length));
			const before = seen.length;
			await ask();
			assert.equal(seen.length, before);
		});

	it("a broken connection is tried three times", async () => {
		const { ask, seen } = host({ failure: { code: "ECONNRESET" } });
		assert.equal(await ask(), "r.io closed the connection");
		assert.equal(seen.length, 3);
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
