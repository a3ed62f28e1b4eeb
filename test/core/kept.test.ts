import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Kept } from "../../src/core/kept.ts";

const MOST = 32 << 20;
const lengthOf = ({ length }: string) => length;

/** So many texts that one list of them is a tenth of what may be kept. */
const LONG = Array.from({ length: 2_000 }, () =>
	"x".repeat(MOST / 20_000 - 256),
);

describe("of lists in objects is kept", () => {
	test("what is little, however many objects there are", () => {
		const kept = new Kept();
		const list = ["r.io/app:1", "r.io/proxy:1", "r.io/log:1"];
		for (let at = 0; at < 200_000; at++)
			assert.equal(kept.partOf("shop", list, lengthOf), list);
		assert.equal(kept.unread.size, 0);
	});

	test("of longer ones as much as fits, then their beginnings", () => {
		const kept = new Kept();
		for (let at = 0; at < 10; at++)
			assert.equal(kept.partOf("evil", LONG, lengthOf), LONG);
		assert.equal(kept.unread.size, 0);
		assert.deepEqual(kept.partOf("evil", LONG, lengthOf), LONG.slice(0, 2));
		assert.deepEqual(kept.partOf("shop", ["y".repeat(MOST)], lengthOf), []);
		assert.deepEqual(
			[...kept.unread],
			[
				["evil", 1],
				["shop", 1],
			],
		);
	});

	test("a list that fits, after one that did not", () => {
		const kept = new Kept();
		kept.partOf("evil", ["y".repeat(MOST)], lengthOf);
		assert.equal(kept.partOf("shop", LONG, lengthOf), LONG);
	});
});
