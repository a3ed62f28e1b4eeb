import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as aTurn } from "node:timers/promises";
import { editAccounts } from "../../src/actions/accounts/edit-accounts.ts";
import { inSteps } from "../../src/actions/in-steps.ts";
import type { AccountPlan } from "../../src/core/accounts/attachment.ts";
import type { Steps } from "../../src/core/steps.ts";
import { AbortedError } from "../../src/errors.ts";
import type { Cluster } from "../../src/world.ts";

/** A clock by which each look at it takes 10 ms. */
function slowClock() {
	let at = 0;
	return {
		now: () => 0,
		elapsed: () => (at += 10),
		delays: 0,
		isPaused: false,
		async delay(_: number, signal?: AbortSignal) {
			this.delays++;
			this.isPaused = true;
			await aTurn();
			this.isPaused = false;
			signal?.throwIfAborted();
		},
	};
}

function* counting(steps: number): Steps<string> {
	for (let at = 0; at < steps; at++) yield;
	return "done";
}

describe("a long computation", () => {
	test("is run to its end", async () => {
		const clock = slowClock();
		const interrupt = new AbortController().signal;
		assert.equal(await inSteps(counting(100), { clock, interrupt }), "done");
		assert.ok(clock.delays > 10, `${clock.delays} pauses`);
	});

	test("hears an interruption that comes meanwhile", async () => {
		const interrupt = new AbortController();
		setImmediate(() => interrupt.abort(new AbortedError("SIGINT")));
		await assert.rejects(
			inSteps(counting(1_000_000), {
				clock: slowClock(),
				interrupt: interrupt.signal,
			}),
			AbortedError,
		);
	});
});

test("accounts are edited with pauses, also where nothing is asked of a server", async () => {
	const clock = slowClock();
	let meanwhile = 0;
	const plan = (): AccountPlan => {
		if (clock.isPaused) meanwhile++;
		return {};
	};
	const targets = names.map((name) => ({
		namespace: "evil",
		name,
		listed: { metadata: { namespace: "evil", name } },
	}));
	const results: string[] = [];
	await editAccounts(targets, {
		cluster: {} as Cluster,
		world: { clock, interrupt: new AbortController().signal, emit() {} },
		dryRun: "client",
		plan,
		awaitDefault: false,
		onResult: ({ name }) => results.push(name),
	});
	assert.deepEqual(results, names);
	// Those that have just begun go on: one account each.
	assert.ok(meanwhile < 40, `${meanwhile} accounts`);
	assert.ok(clock.delays > 1, `${clock.delays} pauses`);
});

const names = Array.from({ length: 200 }, (_, at) => `a${at}`);
