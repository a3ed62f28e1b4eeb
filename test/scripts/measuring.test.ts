import assert from "node:assert/strict";
import { test } from "node:test";
import { toLines } from "../../scripts/measuring.ts";

test("bars: of the median, of the largest sample, and beside another row", () => {
	const [line] = toLines([
		{
			work: "a",
			unit: "ms",
			samples: [1, 2, 9],
			against: "b",
			bars: [
				{ atMost: 2 },
				{ atMost: 1 },
				{ atMost: 9, of: "largest" },
				{ atMost: 8, of: "largest" },
				{ against: "b", atMost: 0.5 },
				{ against: "b", atMost: 2, inverse: true },
				{ against: "b", atMost: 3, inverse: true },
			],
		},
		{ work: "b", unit: "ms", samples: [3, 5] },
	]);
	assert.deepEqual([line?.median, line?.ratio], [2, 0.5]);
	assert.deepEqual(
		line?.verdicts.map(({ text, kept }) => `${kept ? "" : "not "}${text}`),
		[
			"at most 2 ms",
			"not at most 1 ms",
			"none above 9 ms",
			"not none above 8 ms",
			"0.50 × b (at most 0.5)",
			"b takes 2.0 × as long (at least 2)",
			"not b takes 2.0 × as long (at least 3)",
		],
	);
	assert.throws(
		() => toLines([{ work: "a", unit: "ms", samples: [1], against: "c" }]),
		/no row "c"/,
	);
});
