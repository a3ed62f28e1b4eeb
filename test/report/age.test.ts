import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { age } from "../../src/report/age.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe("AGE, as kubectl prints it", () => {
	const CASES: [seconds: number, shown: string][] = [
		[0, "0s"],
		[1, "1s"],
		[-1, "0s"],
		[-2, "<invalid>"],
		[119, "119s"],
		[120, "2m"],
		[121, "2m1s"],
		[10 * MINUTE - 1, "9m59s"],
		[10 * MINUTE, "10m"],
		[3 * HOUR - 1, "179m"],
		[3 * HOUR, "3h"],
		[3 * HOUR + 5 * MINUTE, "3h5m"],
		[8 * HOUR - 1, "7h59m"],
		[8 * HOUR, "8h"],
		[48 * HOUR - 1, "47h"],
		[48 * HOUR, "2d"],
		[2 * DAY + HOUR, "2d1h"],
		[8 * DAY - 1, "7d23h"],
		[8 * DAY, "8d"],
		[2 * YEAR - 1, "729d"],
		[2 * YEAR, "2y"],
		[2 * YEAR + DAY, "2y1d"],
		[8 * YEAR - 1, "7y364d"],
		[8 * YEAR, "8y"],
	];
	const now = Date.parse("2026-11-21T08:00:00Z");
	for (const [seconds, shown] of CASES)
		test(`${seconds} s → ${shown}`, () =>
			assert.equal(
				age(new Date(now - seconds * 1000).toISOString(), now),
				shown,
			));
	test("no time", () => assert.equal(age("", now), "<unknown>"));
});
