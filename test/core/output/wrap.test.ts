import assert from "node:assert/strict";
import { test } from "node:test";
import { hanging, wrap, wrapQuestion } from "../../../src/core/output/wrap.ts";

test("a question is broken between words, and leaves room for its mark and the cursor", () => {
	for (const [question, width, shown] of [
		["Create it? (Y/n)", 80, "Create it? (Y/n)"],
		["Replace it\n  in app? (Y/n)", 80, "Replace it\n  in app? (Y/n)"],
		["Replace it in app? (Y/n)", 20, "Replace it in\n  app? (Y/n)"],
		[
			"Replace it\n  in app and shop? (Y/n)",
			17,
			"Replace it\n  in app and\n  shop? (Y/n)",
		],
	] as const) {
		assert.equal(wrapQuestion(question, width), shown);
		for (const line of shown.split("\n"))
			assert.ok(line.trim().length + 3 <= width);
	}
});

test("prose hangs: what is broken off stands two columns further in", () => {
	assert.equal(hanging("secret/a in b", 13), "secret/a in b");
	assert.equal(
		hanging("secret/a in b namespace (a source)", 14),
		"secret/a in\n  b namespace\n  (a source)",
	);
});

test("an item of a list goes on beside its mark", () => {
	assert.equal(wrap("secret/a", 20, "  - ", "    "), "  - secret/a");
	assert.equal(
		wrap("secret/a in b namespace", 16, "  10. ", "      "),
		"  10. secret/a\n      in b\n      namespace",
	);
});
