import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	alreadyPatched,
	carriesOut,
} from "../../../../src/adapters/cluster/api/idempotency.ts";
import type { MergePatch } from "../../../../src/core/objects.ts";

const THERE = {
	metadata: {
		name: "key",
		uid: "1",
		resourceVersion: "7",
		managedFields: [],
		labels: { usage: "mesh", "a/b": "c", "~1": "tilde" },
	},
	type: "Opaque",
	data: { a: "YQ==" },
	status: null,
	imagePullSecrets: [{ name: "one" }, { name: "two" }],
};

describe("an object is what was to be written", () => {
	const CASES: [name: string, wanted: object, expected: boolean][] = [
		["the same", THERE, true],
		["less", { type: "Opaque" }, true],
		["its kind is said elsewhere", { kind: "Secret", apiVersion: "v1" }, true],
		["another version of it", { metadata: { resourceVersion: "1" } }, true],
		["other managed fields", { metadata: { managedFields: [{}] } }, true],
		["nothing where nothing is", { metadata: { annotations: {} } }, true],
		["nothing that is said", { type: undefined, data: null }, true],
		["an object where there is none", { status: { phase: "x" } }, false],
		["another name", { metadata: { name: "other" } }, false],
		["another uid", { metadata: { uid: "2" } }, false],
		["another label", { metadata: { labels: { usage: "x" } } }, false],
		["one more label", { metadata: { labels: { more: "x" } } }, false],
		["an annotation", { metadata: { annotations: { a: "b" } } }, false],
		["another type", { type: "x" }, false],
		["other data", { data: { a: "Yg==" } }, false],
		["a field more", { immutable: true }, false],
		["a list more", { secrets: [{ name: "one" }] }, false],
		["a shorter list", { imagePullSecrets: [{ name: "one" }] }, false],
		[
			"a list that begins alike",
			{ imagePullSecrets: [{ name: "one" }, { name: "other" }] },
			false,
		],
		[
			"a list in another order",
			{ imagePullSecrets: [{ name: "two" }, { name: "one" }] },
			false,
		],
	];
	for (const [name, wanted, expected] of CASES)
		test(name, () => assert.equal(carriesOut(THERE, wanted), expected));
});

describe("a patch has been carried out", () => {
	const CASES: [
		name: string,
		patch: Omit<MergePatch["metadata"], "resourceVersion"> &
			Pick<MergePatch, "data" | "imagePullSecrets">,
		expected: boolean,
	][] = [
		["the version that was read is a condition", {}, true],
		["a label is there", { labels: { "a/b": "c" } }, true],
		["a label is another", { labels: { usage: "x" } }, false],
		["a label is not there", { labels: { more: "x" } }, false],
		["an annotation is not there", { annotations: { a: "b" } }, false],
		["what was to go is gone", { annotations: { gone: null } }, true],
		["the data is there", { data: { a: "YQ==" } }, true],
		["the data is another", { data: { a: "Yg==" } }, false],
		["a key of the data is missing", { data: { a: "YQ==", b: "" } }, false],
		["a key of the data was to go", { data: {} }, false],
		[
			"the list is there",
			{ imagePullSecrets: [{ name: "one" }, { name: "two" }] },
			true,
		],
		["the list is longer", { imagePullSecrets: [{ name: "one" }] }, false],
		[
			"the list is another",
			{ imagePullSecrets: [{ name: "one" }, { name: "x" }] },
			false,
		],
		["a list is there that was to go", { imagePullSecrets: null }, false],
	];
	for (const [name, { data, imagePullSecrets, ...metadata }, expected] of CASES)
		test(name, () =>
			assert.equal(
				alreadyPatched(THERE, {
					metadata: { resourceVersion: "1", ...metadata },
					...(data && { data }),
					...(imagePullSecrets !== undefined && { imagePullSecrets }),
				}),
				expected,
			),
		);

	test("the list that was to go is gone", () => {
		const metadata = { resourceVersion: "1" };
		assert.ok(alreadyPatched({}, { metadata, imagePullSecrets: null }));
	});

	test("what was to go is there", () => {
		const metadata = { annotations: { old: "x" } };
		const patch = { resourceVersion: "1", annotations: { old: null } };
		assert.equal(alreadyPatched({ metadata }, { metadata: patch }), false);
	});
});
