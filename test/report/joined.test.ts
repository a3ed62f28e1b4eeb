import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "../../src/report/joined.ts";

const of = (...values: unknown[]) =>
	joined(
		values.map((value, index) => ({ context: "abc"[index] ?? "", value })),
	);

test("documents of several contexts", () => {
	for (const [name, values, expected] of [
		[
			"items say their context",
			[{ items: [{ name: "x" }] }, { items: [] }, { items: [{ name: "y" }] }],
			{
				items: [
					{ context: "a", name: "x" },
					{ context: "c", name: "y" },
				],
			},
		],
		[
			"all are healthy, or not",
			[
				{ healthy: true, items: [] },
				{ healthy: false, items: [{ message: "m" }] },
			],
			{ healthy: false, items: [{ context: "b", message: "m" }] },
		],
		[
			"equal objects are one",
			[{ kind: "Secret" }, { kind: "Secret" }],
			{ kind: "Secret" },
		],
		[
			"others are a list",
			[{ kind: "Secret" }, { kind: "Other" }],
			{
				apiVersion: "v1",
				kind: "List",
				items: [{ kind: "Secret" }, { kind: "Other" }],
			},
		],
	] as const)
		assert.deepEqual(of(...values), expected, name);
});

test("a context that failed as a whole is an item", () => {
	const failed = (value: unknown) =>
		joined([
			{ context: "a", failure: "error: it" },
			{ context: "b", value },
		]);
	assert.deepEqual(failed({ items: [{ name: "x" }] }), {
		items: [
			{
				context: "a",
				namespace: "",
				kind: "",
				name: "",
				action: "failed",
				reason: "error: it",
			},
			{ context: "b", name: "x" },
		],
	});
	assert.deepEqual(failed({ healthy: true, items: [] }), {
		healthy: false,
		items: [
			{
				context: "a",
				group: "cluster",
				status: "unknown",
				message: "error: it",
				hint: "",
				command: "",
				cause: "",
				namespaces: [],
				pods: 0,
			},
		],
	});
	assert.deepEqual(failed({ kind: "Secret" }), { kind: "Secret" });
	assert.equal(joined([{ context: "a", failure: "error: it" }]), undefined);
});
