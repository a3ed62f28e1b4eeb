import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NamespaceFacts } from "../../../src/core/pull-secrets/namespace-facts.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	legalSourceRef,
	needNamespaces,
	type SourceKnowledge,
	sourcesNamed,
	statusOf,
} from "../../../src/core/pull-secrets/source.ts";
import { labelsOf } from "../../support/build.ts";

const NAME = "nginx-mesh-registry-key";
const reader = new ContentReader();

function secret(
	namespace: string,
	annotations: Record<string, string>,
	{ name = NAME, password = "one" } = {},
): PullSecret {
	return reader.toPullSecret({
		metadata: {
			namespace,
			name,
			labels: labelsOf(name),
			annotations,
		},
		type: "kubernetes.io/dockerconfigjson",
		data: {
			".dockerconfigjson": btoa(
				JSON.stringify({ auths: { "r.io": { username: "u", password } } }),
			),
		},
	});
}

const source = (record?: string): PullSecret =>
	secret(
		"nginx-mesh",
		record === undefined ? {} : { "kubectl-meshreg/targets": record },
	);
const copyIn = (namespace: string, more = {}): PullSecret =>
	secret(namespace, { "kubectl-meshreg/source": `nginx-mesh/${NAME}` }, more);
const APP: NamespaceFacts = {
	name: "app",
	uid: "1",
	labels: { team: "a" },
	annotations: {},
	terminating: false,
};
const ALL = new Map([["app", APP]]);

test("what a mesh or a person labelled is a source where a copy names it", () => {
	const labelled = { ...source(), labels: { usage: NAME } };
	const named = new Map([[`nginx-mesh/${NAME}`, labelled]]);
	const statusIn = (sources: ReadonlyMap<string, SourceKnowledge>) =>
		statusOf(labelled, { sources, namespaces: undefined });
	assert.ok(isSourceLike(labelled));
	assert.equal(statusIn(named), "Source");
	assert.equal(statusIn(new Map()), "Unmanaged");
	assert.ok(!isSourceLike(copyIn("app")));
	assert.ok(!isSourceLike({ ...labelled, type: "Opaque" }));
});

describe("what a status goes by first", () => {
	const sound = source();
	const broken = reader.toPullSecret({
		metadata: { namespace: "app", name: NAME, labels: {}, annotations: {} },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa("{") },
	});
	const foreign = { ...copyIn("app"), labels: {} };
	const named = (...places: string[]) =>
		new Map<string, SourceKnowledge>(places.map((place) => [place, sound]));
	const here = `nginx-mesh/${NAME}`;
	for (const [what, key, sources, status] of [
		["content that is none, whoever made it", broken, named(), "Invalid"],
		["a source that no copy names", sound, named(), "Source"],
		[
			"somebody else's that claims to be a copy",
			foreign,
			named(here),
			"Unmanaged",
		],
		[
			"a copy that another names",
			copyIn("app"),
			named(here, `app/${NAME}`),
			"Unrecorded",
		],
		[
			"a copy whose source nobody looked for",
			copyIn("app"),
			named(),
			"Unknown",
		],
	] as const)
		test(`${what}: ${status}`, () =>
			assert.equal(statusOf(key, { sources, namespaces: undefined }), status));
});

describe("whether a copy is recorded", () => {
	const CASES: [
		what: string,
		key: PullSecret,
		source: SourceKnowledge,
		namespaces: ReadonlyMap<string, NamespaceFacts> | undefined,
		status: string,
	][] = [
		[
			"by name",
			copyIn("app"),
			source('[{"namespaces":{"app":""}}]'),
			undefined,
			"InSync",
		],
		[
			"another name",
			copyIn("evil"),
			source('[{"namespaces":{"app":""}}]'),
			undefined,
			"Unrecorded",
		],
		["an empty record", copyIn("app"), source("[]"), undefined, "Unrecorded"],
		["no record", copyIn("app"), source(), undefined, "Unrecorded"],
		[
			"a record that does not parse",
			copyIn("app"),
			source("app"),
			undefined,
			"InSync",
		],
		[
			"a rule that means it",
			copyIn("app"),
			source('[{"selector":"team=a"}]'),
			ALL,
			"InSync",
		],
		[
			"a rule that does not",
			copyIn("app"),
			source('[{"selector":"team=b"}]'),
			ALL,
			"Unrecorded",
		],
		[
			"a rule that excludes it",
			copyIn("app"),
			source('[{"all":true,"exclude":["a*"]}]'),
			ALL,
			"Unrecorded",
		],
		[
			"a rule, and namespaces that may not be listed",
			copyIn("app"),
			source('[{"selector":"team=b"}]'),
			undefined,
			"InSync",
		],
		[
			"another name of the Secret than the source's",
			copyIn("app", { name: "other" }),
			source('[{"namespaces":{"app":""}}]'),
			undefined,
			"Unrecorded",
		],
		[
			"other content, recorded or not",
			copyIn("evil", { password: "two" }),
			source("[]"),
			undefined,
			"Drifted",
		],
		["a source that is gone", copyIn("app"), "gone", undefined, "Orphaned"],
		[
			"a source that may not be read",
			copyIn("app"),
			"unknown",
			undefined,
			"Unknown",
		],
	];
	for (const [what, key, known, namespaces, status] of CASES)
		test(`${what}: ${status}`, () => {
			const sources = new Map([[`nginx-mesh/${NAME}`, known]]);
			assert.equal(statusOf(key, { sources, namespaces }), status);
		});

	test("Namespaces are asked for only where a rule is recorded", () => {
		const needs = (record: string) =>
			needNamespaces(new Map([["x", source(record)]]));
		assert.equal(needs('[{"namespaces":{"app":""}}]'), false);
		assert.equal(needs('[{"all":true}]'), true);
		const one = (...known: SourceKnowledge[]) =>
			needNamespaces(new Map(known.map((each, at) => [`${at}`, each])));
		assert.equal(one(source(), source("app"), "gone", "unknown"), false);
		assert.equal(one(source("[]"), "gone", source('[{"all":true}]')), true);
	});
});

describe("where a copy says that its source is", () => {
	const LONGEST = "n".repeat(63);
	const LEGAL: [text: string, namespace: string, name: string][] = [
		["nginx-mesh/key", "nginx-mesh", "key"],
		["nginx-mesh/a.key", "nginx-mesh", "a.key"],
		[`${LONGEST}/key`, LONGEST, "key"],
	];
	for (const [text, namespace, name] of LEGAL)
		test(text, () =>
			assert.deepEqual(legalSourceRef(text), { namespace, name }),
		);

	for (const text of [
		"",
		"key",
		"/key",
		"nginx-mesh/",
		"nginx-mesh/key/",
		"nginx-mesh/key/status",
		"nginx.mesh/key",
		`${LONGEST}n/key`,
		"Nginx/key",
		"nginx-mesh/Key",
		"../key",
		"nginx-mesh/..",
		"nginx-mesh/$(id)",
	])
		test(`${JSON.stringify(text)} is no place, and nobody looks there`, () =>
			assert.equal(legalSourceRef(text), undefined));
});

test("where sources are is taken from copies alone, each once", () => {
	const another = secret("shop", { "kubectl-meshreg/source": "a/key" });
	const unmanaged = {
		...secret("evil", { "kubectl-meshreg/source": "evil/key" }),
		labels: {},
	};
	assert.deepEqual(
		sourcesNamed([copyIn("app"), another, unmanaged, source(), copyIn("pay")]),
		["a/key", `nginx-mesh/${NAME}`],
	);
});
