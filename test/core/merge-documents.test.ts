import assert from "node:assert/strict";
import { test } from "node:test";
import type { Document } from "../../src/core/document.ts";
import { mergeDocuments } from "../../src/core/merge-documents.ts";
import type { ChangeResult } from "../../src/core/output/result.ts";
import { NO_CONTEXT } from "../../src/core/output/shell.ts";
import { pasted } from "../support/command-context.ts";

const changed = (context: string): ChangeResult => ({
	context,
	namespace: "app",
	kind: "Secret",
	name: "x",
	action: "created",
});
const NOTHING = { kind: "nothing" } as const;
const merged = (
	kind: Document["kind"],
	...documents: readonly (Document & { failure?: string })[]
) =>
	mergeDocuments(
		documents.map(({ failure, ...document }, index) => ({
			context: "abc"[index] ?? "",
			commandContext: NO_CONTEXT,
			document,
			...(failure !== undefined && { failure, error: failure }),
		})),
		kind,
	);

test("changes of several contexts, and one that failed before it did anything", () => {
	const document = merged(
		"changes",
		{
			kind: "changes",
			clusters: [
				{ commandContext: pasted("--context", "a"), results: [changed("a")] },
			],
			summary: true,
		},
		{ ...NOTHING, failure: "error: it" },
	);
	assert.deepEqual(document, {
		kind: "changes",
		clusters: [
			{ commandContext: pasted("--context", "a"), results: [changed("a")] },
			{
				commandContext: NO_CONTEXT,
				results: [
					{
						context: "b",
						namespace: "",
						kind: "",
						name: "",
						action: "failed",
						why: { cause: "error", error: "error: it" },
					},
				],
			},
		],
		summary: false,
	});
});

test("a list and a check say of a context that failed what they can", () => {
	const failed = { ...NOTHING, failure: "error: it" };
	const list = merged("list", failed);
	assert.ok(list.kind === "list");
	assert.deepEqual(
		list.items.map(({ context, status, message }) => [
			context,
			status,
			message,
		]),
		[["a", "Failed", "error: it"]],
	);
	const check = merged("check", failed);
	assert.ok(check.kind === "check");
	assert.deepEqual(
		check.clusters.map(({ context, findings }) => [
			context,
			findings.map(({ severity, about }) => [severity, about]),
		]),
		[["a", [["problem", { cause: "cluster-failed", message: "error: it" }]]]],
	);
});

test("objects that are equal are one; those of other content or with another record are not", () => {
	const source = (targets: string, data = "x") => ({
		kind: "objects" as const,
		objects: [{ kind: "Secret", data, metadata: { annotations: { targets } } }],
	});
	const objects = (...documents: readonly ReturnType<typeof source>[]) => {
		const document = merged("changes", ...documents);
		assert.ok(document.kind === "objects");
		return document.objects;
	};
	const [one] = source("[1]").objects;
	const [other] = source("[2]").objects;
	const [differs] = source("[1]", "y").objects;
	assert.deepEqual(objects(source("[1]"), source("[1]")), [one]);
	assert.deepEqual(objects(source("[1]"), source("[2]")), [one, other]);
	assert.deepEqual(objects(source("[1]"), source("[1]", "y")), [one, differs]);
});
