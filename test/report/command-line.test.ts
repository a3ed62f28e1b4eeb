import assert from "node:assert/strict";
import { test } from "node:test";
import { meshreg, NO_CONTEXT, sequence } from "../../src/core/output/shell.ts";
import { layoutOf } from "../../src/report/command-line.ts";

const script = sequence([meshreg("sync", "a"), meshreg("attach", "b")]);

const LINES: readonly [columns: number | undefined, text: string][] = [
	[undefined, "Fix: kubectl meshreg sync a && kubectl meshreg attach b\n"],
	[55, "Fix: kubectl meshreg sync a && kubectl meshreg attach b\n"],
	[54, "Fix: kubectl meshreg sync a &&\n  kubectl meshreg attach b\n"],
	[30, "Fix: kubectl meshreg sync a &&\n  kubectl meshreg attach b\n"],
	[29, "Fix: kubectl meshreg sync \\\n    a &&\n  kubectl meshreg attach b\n"],
	[
		25,
		"Fix: kubectl meshreg \\\n    sync a &&\n  kubectl meshreg \\\n    attach b\n",
	],
];

for (const [columns, text] of LINES)
	test(`what is pasted as one line, in ${columns ?? "any"} columns`, () =>
		assert.equal(layoutOf(columns, NO_CONTEXT).command(script, "Fix: "), text));

test("nothing is laid out of nothing", () => {
	const { text, command } = layoutOf(80, NO_CONTEXT);
	assert.equal(text(""), "");
	assert.equal(command(undefined, "Fix: "), "");
});
