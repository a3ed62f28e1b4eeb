import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nearest } from "../../../src/core/command-line/nearest.ts";

describe("what a mistyped word most likely meant", () => {
	for (const [what, word, candidates, meant] of [
		["a letter missing", "ap", ["app", "shop"], "app"],
		["a letter too much", "appp", ["app", "shop"], "app"],
		["neighbours swapped", "hsop", ["app", "shop"], "shop"],
		["the nearest of several", "pays", ["pages", "pay"], "pay"],
		["a beginning", "pay", ["app", "payments"], "payments"],
		["nothing near", "web", ["app", "shop"], undefined],
		[
			"a long beginning that all names share",
			"team-4711-never-made",
			["team-4711-app", "team-4711-shop"],
			undefined,
		],
		[
			"three letters of a long name",
			"team-4711-frontned-xy",
			["team-4711-frontend-yx", "team-4711-shop"],
			"team-4711-frontend-yx",
		],
		["three letters too much", "abcdefghi-xyz", ["abcdefghi-"], "abcdefghi-"],
		["four letters too much", "abcdefghi-wxyz", ["abcdefghi-"], undefined],
		["a swap at either end", "bacdefgih", ["abcdefghi"], "abcdefghi"],
		["nothing at all", "", ["a"], "a"],
		["another letter, all there is", "b", ["a", "bc"], undefined],
	] as const)
		test(what, () => assert.equal(nearest(word, candidates), meant));
});
