import assert from "node:assert/strict";
import { test } from "node:test";
import { Counts } from "../../../src/core/in-cluster/metrics.ts";

test("what happens is counted by what it is called, in the order in which it came up", () => {
	const counts = new Counts();
	for (const action of ["created", "deleted", "created", "created"])
		counts.add({ action, result: "done" });
	counts.add({ action: "created", result: "failed" });
	assert.deepEqual(counts.samples, [
		{ labels: { action: "created", result: "done" }, value: 3 },
		{ labels: { action: "deleted", result: "done" }, value: 1 },
		{ labels: { action: "created", result: "failed" }, value: 1 },
	]);
});
