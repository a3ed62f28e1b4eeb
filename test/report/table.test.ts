import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../src/core/output/styled.ts";
import { table } from "../../src/report/table.ts";

const printed = (...of: Parameters<typeof table>) => plain(table(...of));

test("columns are as wide as their longest cell plus three, at least six, the last unpadded", () => {
	assert.equal(
		printed(
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
	assert.equal(printed(undefined, [["a", "b"]]), "a     b\n"));

test("a cell of any length makes no other line longer, and is cut", () => {
	const lines = printed(
		["A", "LAST"],
		[
			["x", "one"],
			["y".repeat(500_000), "two"],
		],
	).split("\n");
	assert.deepEqual(
		lines.map(({ length }) => length),
		[207, 206, 2007, 0],
	);
	assert.equal(lines[2], `${"y".repeat(2000)}…   two`);
});

test("a character outside UTF-16's first plane is one wide", () =>
	assert.equal(
		printed(undefined, [
			["😀😀😀😀", "b"],
			["aaaa", "b"],
		]),
		"😀😀😀😀   b\naaaa   b\n",
	));
