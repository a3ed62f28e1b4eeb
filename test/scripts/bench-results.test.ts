import assert from "node:assert/strict";
import { test } from "node:test";
import { resultsText } from "../../scripts/bench-results.ts";
import { toLines } from "../../scripts/measuring.ts";

test("RESULTS.md: a table a bench, what was missed, and the notes as they were", () => {
	const recorded = {
		date: "2026-11-21",
		machine: "2 × CPU",
		load: 0.25,
		seconds: 61,
		versions: { Node: "v26.10.0", kubectl: "v1.32.4" },
		lines: toLines([
			{ work: "bare", unit: "ms", samples: [10, 30, 20] },
			{
				work: "ours",
				unit: "ms",
				samples: [40],
				against: "bare",
				bars: [{ against: "bare", atMost: 1.5 }, { atMost: 50 }],
			},
			{ work: "writes", unit: "count", samples: [3] },
		]),
	};
	const text = resultsText(
		{ start: recorded },
		"# Old\n\n## start\n\nold\n\n## Notes\n\nKept.\n",
	);
	assert.equal(
		text.slice(text.indexOf("## start")),
		`## start

2026-11-21, 2 × CPU, load 0.3, 61 s; Node v26.10.0, kubectl v1.32.4.

| work | median | samples | bar |
| --- | ---: | --- | --- |
| bare | 20.0 ms | 10.0–30.0 of 3 |  |
| ours | 40.0 ms |  | 2.00 × bare; **missed:** 2.00 × bare (at most 1.5); at most 50 ms |
| writes | 3 |  |  |

## Notes

Kept.
`,
	);
	assert.match(resultsText({}, ""), /\n## Notes\n$/);
});
