import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberedLately } from "../../src/core/remembered.ts";

test("of what was asked about last so much is kept, and the rest is worked out again", () => {
	const worked: string[] = [];
	const length = rememberedLately(
		10,
		(_: number, about: string) => 2 * about.length,
		(about) => {
			worked.push(about);
			return about.length;
		},
	);
	const ask = (...abouts: string[]) => abouts.map(length);
	assert.deepEqual(ask("a", "a", "bb", "cc", "a", "bb"), [1, 1, 2, 2, 1, 2]);
	assert.deepEqual(worked, ["a", "bb", "cc"]);
	// The last one is kept, however large.
	ask("too much", "too much", "a");
	assert.deepEqual(worked, ["a", "bb", "cc", "too much", "a"]);
});
