import assert from "node:assert/strict";
import { test } from "node:test";
import { someLines, someOf } from "../../../src/core/output/some-of.ts";

const names = (count: number) => ["a", "b", "c", "d", "e", "f"].slice(0, count);

test("the first of a list, and how many more there are", () => {
	assert.equal(someOf([]), "");
	assert.equal(someOf(names(5)), "a, b, c, d, e");
	assert.equal(someOf(names(6)), "a, b, c, d, e and 1 more");
	assert.equal(someOf(names(6), 2), "a, b and 4 more");
	assert.deepEqual(someLines(names(2), 2), ["a", "b"]);
	assert.deepEqual(someLines(names(6), 2), ["a", "b", "and 4 more"]);
});
