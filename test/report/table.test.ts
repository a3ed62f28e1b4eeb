import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "../../src/report/table.ts";

test("columns are as wide as their longest cell plus three, at least six, the last unpadded", () => {
	assert.equal(
		table(
			["A", "LONGER", "LAST"],
			[
				["x", "", "one"],
				["yyyyy", "z\u001b[31m", "two three"],
			],
		),
		`A       LONGER   LAST
x       <none>   one
yyyyy   z[31m    two three
`,
	);
});

test("without headers", () =>
	assert.equal(table(undefined, [["a", "b"]]), "a     b\n"));
