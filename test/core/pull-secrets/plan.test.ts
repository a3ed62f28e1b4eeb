import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { matchesGlob } from "../../../src/core/glob.ts";
import { FailureError } from "../../../src/core/output/failure.ts";
import type { Change } from "../../../src/core/pull-secrets/change.ts";
import {
	EXPIRES_IN_ANNOTATION,
	MANAGED_BY_LABEL,
	MANAGER,
	PROVIDER_ANNOTATION,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	TARGETS_ANNOTATION,
} from "../../../src/core/pull-secrets/ownership.ts";
import {
	desiredCopy,
	planCopy,
	planPrune,
	planSource,
	refuseOwnLabel,
} from "../../../src/core/pull-secrets/plan.ts";
import {
	ContentReader,
	contentOfAuths,
	type PullSecret,
	secretOf,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { pullSecret } from "../../support/pull-secret.ts";

const OURS = { usage: "nginx-mesh-registry-key", [MANAGED_BY_LABEL]: MANAGER };
const CONTENT = contentOfAuths([["r.example.com", { auth: "dTpw" }]]);
const OTHER = contentOfAuths([["r.example.com", { auth: "dTpx" }]]);

const COPIED = {
	[SOURCE_ANNOTATION]: "nginx-mesh/nginx-mesh-registry-key",
	[SOURCE_UID_ANNOTATION]: "1",
};

function key(fields: Partial<PullSecret> = {}): PullSecret {
	return pullSecret({
		namespace: "app",
		name: "nginx-mesh-registry-key",
		labels: OURS,
		annotations: COPIED,
		content: CONTENT,
		...fields,
	});
}

const AS_LONG_AS_IT_GOES = [
	"terminating",
	"terminating",
	"terminating",
] as const;

const source = key({ namespace: "nginx-mesh", annotations: {} });
const desired = desiredCopy(source, "app");

/** `action`, or `conflict` and why. */
const said = (change: Change): string =>
	change.action === "conflict" ? change.obstacle.cause : change.action;
const THEIRS = {
	annotations: {},
	labels: { usage: "nginx-mesh-registry-key" },
};
const UNMANAGED = { annotations: {}, labels: {} };
const ESO = { by: "owner", kind: "ExternalSecret", name: "x" } as const;
const CONTROLLED = { ...ESO, controls: true } as const;
const HELM = { by: "tool", name: "Helm" } as const;
const SENT = { [TARGETS_ANNOTATION]: '[{"all":true}]' };

describe("planning a copy", () => {
	const CASES: [
		name: string,
		current: PullSecret | undefined,
		plain: string,
		adopted: string,
		forced: string,
		forcedWhereNamed?: string,
	][] = [
		["nothing there", undefined, "create", "create", "create"],
		["equal", key(), "unchanged", "unchanged", "unchanged"],
		["drifted", key({ content: OTHER }), "update", "update", "update"],
		[
			"equal, without our label",
			key({ labels: { usage: "nginx-mesh-registry-key" } }),
			"update",
			"update",
			"update",
		],
		[
			"equal, of the source before it was made again",
			key({ annotations: { ...COPIED, [SOURCE_UID_ANNOTATION]: "0" } }),
			"update",
			"update",
			"update",
		],
		[
			"of another source",
			key({ annotations: { [SOURCE_ANNOTATION]: "x/y" } }),
			"copy-of-another",
			"copy-of-another",
			"update",
		],
		["labelled, equal", key(THEIRS), "unmanaged", "update", "update"],
		[
			"labelled, different",
			key({ ...THEIRS, content: OTHER }),
			"unmanaged",
			"unmanaged",
			"update",
		],
		["a source, equal", key({ annotations: {} }), "update", "update", "update"],
		[
			"a source, equal and sent nowhere",
			key({ annotations: { [TARGETS_ANNOTATION]: "[]" } }),
			"update",
			"update",
			"update",
		],
		[
			"a source, equal and sent somewhere",
			key({ annotations: SENT }),
			"is-source",
			"is-source",
			"is-source",
			"update",
		],
		[
			"a source, different",
			key({ annotations: {}, content: OTHER }),
			"is-source",
			"is-source",
			"is-source",
			"update",
		],
		["unmanaged, equal", key(UNMANAGED), "unmanaged", "update", "update"],
		[
			"unmanaged, different",
			key({ ...UNMANAGED, content: OTHER }),
			"unmanaged",
			"unmanaged",
			"update",
		],
		[
			"unmanaged, that says it is our copy",
			key({ labels: {} }),
			"unmanaged",
			"update",
			"update",
		],
		[
			"unmanaged, another type",
			key({ ...UNMANAGED, type: "Opaque" }),
			"unmanaged",
			"unmanaged",
			"replace",
		],
		[
			"unmanaged, equal, with another keeper",
			key({ ...UNMANAGED, manager: HELM }),
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		[
			"a copy of another source with another keeper",
			key({
				annotations: { [SOURCE_ANNOTATION]: "x/y" },
				manager: { by: "tool", name: "Flux" },
			}),
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		[
			"ours, to which somebody gave an owner",
			key({ content: OTHER, manager: { by: "tool", name: "Deployment" } }),
			"update",
			"update",
			"update",
		],
		[
			"ours, of an owner that does not write it",
			key({ content: OTHER, manager: ESO }),
			"update",
			"update",
			"update",
		],
		[
			"ours, which a controller writes by now",
			key({ content: OTHER, manager: CONTROLLED }),
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		[
			"the same, equal, with marks that are not ours",
			key({
				labels: { usage: "nginx-mesh-registry-key" },
				manager: CONTROLLED,
			}),
			"unchanged",
			"unchanged",
			"unchanged",
		],
		[
			"immutable, equal",
			key({ immutable: true }),
			"unchanged",
			"unchanged",
			"unchanged",
		],
		[
			"immutable, equal, without our label",
			key({ immutable: true, labels: { usage: "nginx-mesh-registry-key" } }),
			"update",
			"update",
			"update",
		],
		[
			"immutable, different",
			key({ immutable: true, content: OTHER }),
			"immutable",
			"immutable",
			"replace",
		],
		["going, equal", key({ terminating: true }), ...AS_LONG_AS_IT_GOES],
		[
			"going, different",
			key({ terminating: true, content: OTHER }),
			...AS_LONG_AS_IT_GOES,
		],
	];
	for (const [name, current, plain, adopted, forced, named = forced] of CASES)
		test(name, () => {
			const plan = (flags: object) =>
				said(planCopy(current, desired, { force: false, ...flags }));
			assert.deepEqual(
				[
					plan({}),
					plan({ named: true }),
					plan({ adopt: true }),
					plan({ force: true }),
					plan({ force: true, named: true }),
				],
				[plain, plain, adopted, forced, named],
			);
		});
});

describe("planning a source", () => {
	const wanted = { ...desired, namespace: "nginx-mesh", annotations: {} };
	const CASES: [
		name: string,
		current: PullSecret | undefined,
		plain: string,
		replace: string,
		force: string,
	][] = [
		["nothing there", undefined, "create", "create", "create"],
		["equal", source, "unchanged", "unchanged", "unchanged"],
		["different", { ...source, content: OTHER }, "differs", "update", "update"],
		["a mesh's, equal", { ...source, ...THEIRS }, "update", "update", "update"],
		[
			"a mesh's, different",
			{ ...source, ...THEIRS, content: OTHER },
			"differs",
			"update",
			"update",
		],
		[
			"a source that another keeps, different",
			{ ...source, content: OTHER, manager: HELM },
			"differs",
			"update",
			"update",
		],
		[
			"a mesh's, with another keeper",
			{ ...source, ...THEIRS, manager: HELM },
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		[
			"a copy, with another keeper",
			key({ manager: HELM }),
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		["a copy", key(), "copy-of-another", "copy-of-another", "update"],
		[
			"unmanaged",
			{ ...source, ...UNMANAGED },
			"unmanaged",
			"unmanaged",
			"update",
		],
		[
			"unmanaged, with another keeper",
			{ ...source, ...UNMANAGED, manager: HELM },
			"managed-by-other",
			"managed-by-other",
			"managed-by-other",
		],
		["going, equal", { ...source, terminating: true }, ...AS_LONG_AS_IT_GOES],
		[
			"going, different",
			{ ...source, terminating: true, content: OTHER },
			...AS_LONG_AS_IT_GOES,
		],
		[
			"immutable, different",
			{ ...source, immutable: true, content: OTHER },
			"differs",
			"replace",
			"replace",
		],
	];
	for (const [name, current, ...expected] of CASES)
		test(name, () => {
			const plan = (flags: object) =>
				said(
					planSource(current, wanted, {
						force: false,
						replace: false,
						...flags,
					}),
				);
			assert.deepEqual(
				[plan({}), plan({ replace: true }), plan({ force: true })],
				expected,
			);
		});

	for (const [what, annotation, wantedText, otherText] of [
		["how long it is good", EXPIRES_IN_ANNOTATION, "12h", "1h"],
		["which provider gave it", PROVIDER_ANNOTATION, "ecr", "helper:gcr"],
	] as const)
		for (const [name, remembered, expected] of [
			[
				"as it is to be",
				{ "r.example.com": wantedText, "x.io": otherText },
				"unchanged",
			],
			["otherwise", { "r.example.com": otherText }, "update"],
			["not", {}, "update"],
		] as const)
			test(`equal, and remembers ${name} ${what}`, () => {
				const remembers = (texts: Readonly<Record<string, string>>) => ({
					annotations: { [annotation]: JSON.stringify(texts) },
				});
				assert.equal(
					said(
						planSource(
							{ ...source, ...remembers(remembered) },
							{ ...wanted, ...remembers({ "r.example.com": wantedText }) },
							{ force: false, replace: false },
						),
					),
					expected,
				);
			});
});

test("a change has with it what is there, and what is to be", () => {
	const frozen = key({ content: OTHER, immutable: true });
	const going = key({ terminating: true });
	const allowed = { force: false, replace: true };
	for (const plan of [planCopy, planSource]) {
		const there = plan === planCopy ? key() : source;
		const other = { ...there, content: OTHER };
		const conflict = { action: "conflict", obstacle: { cause: "terminating" } };
		for (const [current, change] of [
			[undefined, { action: "create", desired }],
			[there, { action: "unchanged", current: there, desired }],
			[other, { action: "update", current: other, desired }],
			[going, { ...conflict, current: going }],
		] as const)
			assert.deepEqual(plan(current, desired, allowed), change);
	}
	assert.deepEqual(planCopy(frozen, desired, { force: true }), {
		action: "replace",
		current: frozen,
		desired,
	});
});

describe("what is told of what is in the way", () => {
	const type = "kubernetes.io/dockerconfigjson";
	const copying = (current: PullSecret, flags: object = {}) =>
		planCopy(current, desired, { force: false, ...flags });
	const asSource = (current: PullSecret) =>
		planSource(
			current,
			{ ...desired, annotations: {} },
			{ force: false, replace: false },
		);
	const CASES: [name: string, change: Change, obstacle: object][] = [
		[
			"another source's copy",
			copying(key({ annotations: { [SOURCE_ANNOTATION]: "x/y" } })),
			{ cause: "copy-of-another", source: "x/y" },
		],
		[
			"a source, in a namespace that was not named",
			copying(key({ annotations: SENT })),
			{ cause: "is-source", named: false },
		],
		[
			"a source, in one that was named",
			copying(key({ annotations: SENT }), { named: true }),
			{ cause: "is-source", named: true },
		],
		[
			"an unmanaged Secret with that content",
			copying(key(UNMANAGED)),
			{ cause: "unmanaged", type, equal: true },
		],
		[
			"one that is not to be adopted",
			copying(key({ ...UNMANAGED, content: OTHER }), { adopt: true }),
			{
				cause: "unmanaged",
				type,
				equal: false,
				differs: ["r.example.com password"],
			},
		],
		[
			"what another keeps",
			copying(key({ ...UNMANAGED, manager: HELM })),
			{ cause: "managed-by-other", manager: "Helm" },
		],
		[
			"what cannot be updated",
			copying(key({ immutable: true, content: OTHER })),
			{ cause: "immutable", recreatedBy: "sync" },
		],
		[
			"of a source, an unmanaged Secret with that content: create adopts none",
			asSource(key(UNMANAGED)),
			{ cause: "unmanaged", type, equal: false, of: "source" },
		],
		[
			"of a source, a copy",
			asSource(key()),
			{
				cause: "copy-of-another",
				source: "nginx-mesh/nginx-mesh-registry-key",
				of: "source",
			},
		],
		[
			"of a source, what another keeps",
			asSource(key({ ...UNMANAGED, manager: HELM })),
			{ cause: "managed-by-other", manager: "Helm" },
		],
	];
	for (const [name, change, obstacle] of CASES)
		test(name, () =>
			assert.deepEqual(
				change.action === "conflict" && change.obstacle,
				obstacle,
			),
		);
});

describe("planning deletions", () => {
	const elsewhere = { [SOURCE_ANNOTATION]: "elsewhere/other" };
	const ALL = [
		key({ namespace: "z-copy" }),
		key({ namespace: "copy", name: "z-name" }),
		key({ namespace: "copy", name: "a-name" }),
		key({ namespace: "of-another", annotations: elsewhere }),
		key({ namespace: "going", terminating: true }),
		key({ namespace: "source", annotations: {} }),
		key({ namespace: "mesh", ...THEIRS }),
		key({ namespace: "foreign", labels: {} }),
		key({ namespace: "opaque", type: "Opaque" }),
	];
	const names = (changes: readonly Change[]) =>
		changes.map(
			(change) =>
				"current" in change &&
				`${change.action} ${change.current.namespace}/${change.current.name}`,
		);
	const usual = "nginx-mesh-registry-key";
	const copiesOf = new Set([`nginx-mesh/${usual}`]);
	const COPIES = [
		"delete copy/a-name",
		"delete copy/z-name",
		`delete of-another/${usual}`,
		`delete z-copy/${usual}`,
	];
	const CASES: [
		name: string,
		scope: Partial<Parameters<typeof planPrune>[1]>,
		expected: string[],
	][] = [
		[
			"all that is ours",
			{},
			[
				...COPIES.slice(0, 2),
				`delete mesh/${usual}`,
				...COPIES.slice(2, 3),
				`delete source/${usual}`,
				...COPIES.slice(3),
			],
		],
		["copies", { keepSources: true }, COPIES],
		[
			"copies of a source",
			{ copiesOf },
			[...COPIES.slice(0, 2), `delete z-copy/${usual}`],
		],
		[
			"orphans",
			{ copiesOf: new Set(["elsewhere/other"]) },
			[`delete of-another/${usual}`],
		],
		// No annotation is no source that might be gone.
		["orphans of nothing", { copiesOf: new Set([""]) }, []],
	];
	for (const [name, scope, expected] of CASES)
		test(name, () => assert.deepEqual(names(planPrune(ALL, scope)), expected));

	test("a copy that a controller would make again is none, a source is", () => {
		const all = [
			key({ namespace: "a", manager: CONTROLLED }),
			key({ namespace: "b", manager: ESO }),
			key({ namespace: "c", manager: CONTROLLED, annotations: {} }),
		];
		assert.deepEqual(names(planPrune(all, {})), [
			`conflict a/${usual}`,
			`delete b/${usual}`,
			`delete c/${usual}`,
		]);
		assert.deepEqual(names(planPrune(all, { copiesOf })), [
			`conflict a/${usual}`,
			`delete b/${usual}`,
		]);
	});
});

test("a copy carries what sync needs and nothing else of its source", () => {
	const claimed = {
		...source,
		labels: { ...OURS, "argocd.argoproj.io/instance": "x" },
		annotations: { "meta.helm.sh/release-name": "y" },
	};
	const labels = { team: "a", usage: "not-this" };
	assert.deepEqual(secretOf(desiredCopy(claimed, "app", labels)), {
		apiVersion: "v1",
		kind: "Secret",
		metadata: {
			name: "nginx-mesh-registry-key",
			namespace: "app",
			labels: { ...OURS, team: "a" },
			annotations: {
				[SOURCE_ANNOTATION]: "nginx-mesh/nginx-mesh-registry-key",
				"kubectl-meshreg/source-uid": "1",
			},
		},
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": CONTENT.data },
	});
});

describe("a label for copies", () => {
	const ROWS: [what: string, labels: Record<string, string>, ok: boolean][] = [
		["beside the source's own", { team: "a" }, true],
		["that is the source's own", { ...OURS }, true],
		["by which they are found, with another value", { usage: "x" }, false],
	];
	for (const [what, labels, ok] of ROWS)
		test(`${what}: ${ok ? "taken" : "refused"}`, () => {
			const refuse = () => refuseOwnLabel(source, labels);
			if (ok) refuse();
			else assert.throws(refuse, FailureError);
		});

	test("any, where the source has none of its own", () => {
		const bare = { ...source, name: "n".repeat(64), labels: {} };
		refuseOwnLabel(bare, { usage: "x" });
	});
});

test("equal contents are parsed once and shared", () => {
	const reader = new ContentReader();
	const secret = (namespace: string) => ({
		metadata: { namespace, name: "k" },
		data: { ".dockerconfigjson": CONTENT.data },
	});
	assert.equal(
		reader.toPullSecret(secret("a")).content,
		reader.toPullSecret(secret("b")).content,
	);
});

describe("globs", () => {
	const CASES: [name: string, glob: string, matches: boolean][] = [
		["dev-1", "dev-*", true],
		["my-dev-1", "dev-*", false],
		["app", "app", true],
		["apps", "app", false],
		["a.b", "a?b", true],
		["axb", "a.b", false],
		["anything", "*", true],
		["dev-", "dev-*", true],
		["dev-x", "dev-*-x", false],
		["dev-a-x-x", "dev-*-x", true],
		["axb", "*ab", false],
	];
	for (const [name, glob, matches] of CASES)
		test(`${glob} and ${name}`, () =>
			assert.equal(matchesGlob(name, [glob]), matches));
});
