import assert from "node:assert/strict";
import { test } from "node:test";
import { finding } from "../../src/core/check/finding.ts";
import { kubectl, meshreg, script } from "../../src/core/output/shell.ts";
import { checkStory } from "../../src/report/check.ts";

test("messages are printed as they are, on one line each", () => {
	assert.equal(
		checkStory(
			[
				finding("copies", "ok", "no copies"),
				finding("copies", "problem", "a\nb", {
					hint: "is c\n d",
					fix: script(kubectl("e\x1b")),
				}),
			],
			false,
			[],
		),
		`copies
------
√ no copies
× a b
    is c d
    Fix: kubectl 'e^['
`,
	);
});

test("at a terminal words are wrapped, and commands are not", () => {
	assert.equal(
		checkStory(
			[
				finding("pods", "problem", "2 pods cannot pull: no key", {
					hint: "Look at the image, or wait.",
					fix: script(meshreg("sync", "-n", "app,shop")),
				}),
			],
			false,
			[],
			20,
		),
		`pods
----
× 2 pods cannot
  pull: no key
    Look at the
    image, or wait.
    Fix: kubectl meshreg sync -n app,shop
`,
	);
});
