import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	recreatable,
	updatePatch,
} from "../../../src/core/pull-secrets/change.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
} from "../../../src/core/pull-secrets/ownership.ts";
import { contentOfAuths } from "../../../src/core/pull-secrets/pull-secret.ts";
import { pullSecret } from "../../support/pull-secret.ts";

const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const COPIED = { [SOURCE_ANNOTATION]: "a/b", [SOURCE_UID_ANNOTATION]: "1" };
const OF_SOURCES = [
	"registry-servers",
	"issued-at",
	"expires-in",
	"targets",
	"label",
	"provider",
	"attached-by-policy",
].map((name) => `kubectl-meshreg/${name}`);
const OF_SOURCE = Object.fromEntries(OF_SOURCES.map((key) => [key, "x"]));

/** A Secret of ours with all that a source or a copy may remember, and what others wrote. */
const there = pullSecret({
	namespace: "app",
	name: "key",
	labels: { [MANAGED_BY_LABEL]: MANAGER },
	annotations: { ...OF_SOURCE, theirs: "x", [APPLIED]: "x" },
	content: contentOfAuths([["r.example.com", { auth: "dTpw" }]]),
	resourceVersion: "5",
});
const copy = {
	...there,
	annotations: { ...COPIED, theirs: "x", [APPLIED]: "x" },
};
const OTHER = contentOfAuths([["r.example.com", { auth: "dTpx" }]]);
const gone = (...keys: string[]) =>
	Object.fromEntries(keys.map((key) => [key, null]));

describe("the annotations of an update", () => {
	for (const [name, current, wanted, expected, content] of [
		[
			"a source becomes a copy",
			there,
			COPIED,
			{ ...COPIED, ...gone(...OF_SOURCES, APPLIED) },
		],
		[
			"a copy becomes a source",
			copy,
			{},
			gone(SOURCE_ANNOTATION, SOURCE_UID_ANNOTATION, APPLIED),
		],
		["a copy stays one", copy, COPIED, {}],
		["a source stays one", there, { theirs: "y" }, { theirs: "y" }],
		[
			"what nobody manages becomes a copy",
			{ ...copy, labels: {} },
			COPIED,
			gone(APPLIED),
		],
		["a copy gets other content", copy, COPIED, gone(APPLIED), OTHER],
		["a source gets other content", there, {}, gone(APPLIED), OTHER],
	] as const)
		test(name, () => {
			const { metadata } = updatePatch(current, {
				...there,
				annotations: wanted,
				...(content && { content }),
			});
			assert.deepEqual(metadata?.annotations, expected);
			// Whoever wrote it since is not overwritten.
			assert.equal(metadata?.resourceVersion, "5");
		});
});

test("content that is equal is not written: an immutable Secret refuses other bytes for it", () => {
	assert.equal(updatePatch(there, there).data, undefined);
	assert.deepEqual(updatePatch(there, { ...there, content: OTHER }).data, {
		".dockerconfigjson": OTHER.data,
	});
});

test("a Secret is created again as it was, with its owners and without what the server gave it", () => {
	const kept = {
		name: "key",
		namespace: "app",
		labels: { a: "b" },
		annotations: { c: "d" },
		ownerReferences: [{ apiVersion: "v1", kind: "A", name: "a", uid: "1" }],
	};
	const given = {
		uid: "1",
		resourceVersion: "5",
		creationTimestamp: "2026-11-21T08:00:00Z",
		managedFields: [],
	};
	const data = { x: "eA==" };
	assert.deepEqual(recreatable({ metadata: { ...kept, ...given }, data }), {
		metadata: kept,
		data,
	});
});
