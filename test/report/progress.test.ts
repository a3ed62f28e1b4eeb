import assert from "node:assert/strict";
import { test } from "node:test";
import { progressText } from "../../src/report/progress.ts";

test("how far, how fast, how long", () => {
	for (const [done, total, elapsed, text] of [
		[3412, 10_000, 2774, "3,412 of 10,000 namespaces, 1,230/s, 6s left"],
		[10, 1000, 500, "10 of 1,000 namespaces, 20/s, 50s left"],
		[1, 100, 3000, "1 of 100 namespaces, 0.3/s, 4m57s left"],
		[100, 100, 1000, "100 of 100 namespaces, 100/s"],
		[0, 100, 1000, "0 of 100 namespaces"],
	] as const)
		assert.equal(progressText(done, total, elapsed, "namespaces"), text);
});
