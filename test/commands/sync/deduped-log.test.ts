import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DedupedLog } from "../../../src/commands/sync/deduped-log.ts";
import type { ChangeResult } from "../../../src/core/output/result.ts";
import { ApiError } from "../../../src/errors.ts";
import { playedClock } from "../../support/played-clock.ts";

const HOUR = 3_600_000;

/** A log, and how many results and troubles it told. */
function played() {
	const told = { results: 0, troubles: 0 };
	const clock = playedClock();
	const log = new DedupedLog(
		{
			onResult: () => void told.results++,
			onNote: () => {},
			onTrouble: () => void told.troubles++,
		},
		clock,
	);
	return { told, clock, log };
}

const failed = (
	type: string,
	cause: "unmanaged" | "is-source" = "unmanaged",
): ChangeResult => ({
	context: "",
	namespace: "app",
	kind: "Secret",
	name: "key",
	action: "failed",
	why:
		cause === "unmanaged"
			? { cause, type, equal: false }
			: { cause, named: false },
});

const forbidden = (namespace: string) =>
	new ApiError(403, "Forbidden", `cannot list secrets in ${namespace}`);

describe("who may write in one namespace", () => {
	test("puts one thing after the other in the way: told at once, then less and less often", () => {
		const { told, clock, log } = played();
		for (let time = 0; time < HOUR; time += 100) {
			clock.set(time);
			log.tell(failed(`example.com/${time}`));
			log.tell(failed("", "is-source"));
		}
		assert.ok(told.results > 2 && told.results < 30, `${told.results}`);
	});

	test("takes no more memory with objects of ever new names: the oldest failures are forgotten", () => {
		const { told, log } = played();
		for (let at = 0; at <= 20_000; at++)
			log.tell({ ...failed(""), name: `key-${at}` });
		assert.equal(told.results, 20_001);
		log.tell({ ...failed(""), name: "key-20000" });
		assert.equal(told.results, 20_001);
		log.tell({ ...failed(""), name: "key-0" });
		assert.equal(told.results, 20_002);
	});

	test("keeps no other failure from being told", () => {
		const { told, log } = played();
		log.tell(failed("example.com/1"));
		log.tell(failed("example.com/2"));
		log.tell({ ...failed("example.com/2"), namespace: "shop" });
		assert.equal(told.results, 2);
	});
});

describe("troubles", () => {
	test("of several that go on, each is told once, although others come between", () => {
		const { told, clock, log } = played();
		for (let time = 0; time < HOUR; time += 30_000) {
			clock.set(time);
			for (let name = 0; name < 50; name++) log.note(forbidden(`n${name}`));
		}
		assert.equal(told.troubles, 50);
	});

	test("of one that goes on while other work succeeds, less and less often", () => {
		const { told, clock, log } = played();
		for (let time = 0; time < 24 * HOUR; time += 30_000) {
			clock.set(time);
			log.note(forbidden("app"));
			log.succeeded();
		}
		assert.ok(told.troubles > 20 && told.troubles < 40, `${told.troubles}`);
	});

	test("take no more memory with words that are others each time: those before are forgotten", () => {
		const { told, log } = played();
		const note = (at: number) => {
			log.note(forbidden(`n${at}`));
			log.succeeded();
		};
		for (let at = 0; at <= 1000; at++) note(at);
		note(1000);
		assert.equal(told.troubles, 1001);
		note(0);
		assert.equal(told.troubles, 1002);
	});

	test("one that comes back after a while is told at once", () => {
		const { told, clock, log } = played();
		for (let time = 0; time < 5; time++) {
			clock.set(time * 2 * HOUR);
			log.note(forbidden("app"));
			log.succeeded();
		}
		assert.equal(told.troubles, 5);
	});
});
