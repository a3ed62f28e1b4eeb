import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Change } from "../../../src/core/pull-secrets/change.ts";
import {
	type Difference,
	differencesOf,
	differingRegistries,
	recordDifferences,
} from "../../../src/core/pull-secrets/differences.ts";
import {
	ISSUED_AT_ANNOTATION,
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
	TARGETS_ANNOTATION,
} from "../../../src/core/pull-secrets/ownership.ts";
import {
	type Content,
	ContentReader,
	contentOfAuths,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { recordIn } from "../../../src/core/pull-secrets/record.ts";
import { pullSecret } from "../../support/pull-secret.ts";

const of = (text: string): Content => new ContentReader().fromData(btoa(text));
const auths = (entries: Readonly<Record<string, unknown>>): Content =>
	of(JSON.stringify({ auths: entries }));
const pair = (text: string) => ({ auth: btoa(text) });
const ONE = contentOfAuths([["r.io", pair("u:p")]]);

function key(fields: Partial<PullSecret> = {}): PullSecret {
	return pullSecret({
		namespace: "app",
		name: "key",
		labels: { usage: "key", [MANAGED_BY_LABEL]: MANAGER },
		content: ONE,
		...fields,
	});
}

/** In one line: what it is of, its sign, and what else is told. */
const said = (difference: Difference): string =>
	Object.values(difference)
		.map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
		.join(" ");

describe("what an update comes to", () => {
	const headers = of('{"auths":{},"HttpHeaders":1}');
	const bare = { identitytoken: "t" };
	const CASES: [
		name: string,
		current: Partial<PullSecret>,
		desired: Partial<PullSecret>,
		differences: string[],
	][] = [
		["nothing", {}, {}, []],
		[
			"registries that go, come, and have another credential, in that order",
			{
				content: auths({
					"x.io": pair("a:b"),
					"same.io": pair("u:p"),
					"r.io": pair("u:p"),
					"pw.io": pair("u:p"),
				}),
			},
			{
				content: auths({
					"same.io": { username: "u", password: "p" },
					"pw.io": pair("u:q"),
					"r.io": pair("v:q"),
					"new.io": pair("c:d"),
				}),
			},
			[
				"entry removed x.io a []",
				"entry added new.io c []",
				'entry changed pw.io u [{"of":"password"}]',
				'entry changed r.io v [{"of":"username","before":"u"},{"of":"password"}]',
			],
		],
		[
			"another user with the same password",
			{},
			{ content: auths({ "r.io": pair("v:p") }) },
			['entry changed r.io v [{"of":"username","before":"u"}]'],
		],
		[
			"an entry without a credential that gets one",
			{ content: auths({ "r.io": 1 }) },
			{},
			['entry changed r.io u [{"of":"credential","missing":"before"}]'],
		],
		[
			"one that loses it",
			{},
			{ content: auths({ "r.io": 1 }) },
			['entry changed r.io  [{"of":"credential","missing":"after"}]'],
		],
		[
			"one that has none before and after, for another reason",
			{ content: auths({ "r.io": { auth: "!" } }) },
			{ content: auths({ "r.io": 1 }) },
			['entry changed r.io  [{"of":"credential","missing":"both"}]'],
		],
		[
			"one that has none before and after, as it stands",
			{ content: auths({ "r.io": 1, "x.io": pair("u:p") }) },
			{ content: auths({ "r.io": 1 }) },
			["entry removed x.io u []"],
		],
		[
			"one that kubelets read as nothing, and then not at all",
			{ content: auths({ "r.io": {} }) },
			{ content: auths({ "r.io": 1 }) },
			['entry changed r.io  [{"of":"credential","missing":"both"}]'],
		],
		[
			"one that they read not at all, and then as nothing",
			{ content: auths({ "r.io": 1 }) },
			{ content: auths({ "r.io": {} }) },
			['entry changed r.io  [{"of":"credential","missing":"both"}]'],
		],
		[
			"a password that differs in what is no text",
			{ content: auths({ "r.io": pair("u:\xff") }) },
			{ content: auths({ "r.io": pair("u:\xfe") }) },
			['entry changed r.io u [{"of":"password"}]'],
		],
		[
			"what a kubelet refuses for something else than an entry",
			{},
			{ content: headers },
			[
				'content added {"error":"json: cannot unmarshal number into Go struct field DockerConfigJSON.HttpHeaders of type map[string]string"}',
				"entry removed r.io u []",
			],
		],
		[
			"one that kubelets read as nothing, written otherwise",
			{ content: auths({ "r.io": {}, "x.io": pair("u:p") }) },
			{ content: auths({ "r.io": bare }) },
			["entry removed x.io u []"],
		],
		[
			"what cannot be read, and becomes readable",
			{ content: of("{") },
			{},
			["content removed not-json", "entry added r.io u []"],
		],
		[
			"what becomes unreadable",
			{},
			{ content: of("[]") },
			["content added not-object", "entry removed r.io u []"],
		],
		[
			"what cannot be read and stays as it is, beside another label",
			{ content: of("{") },
			{ content: of("{"), labels: { usage: "key", team: "a" } },
			["label added team"],
		],
		[
			"another type",
			{ type: "Opaque" },
			{},
			["type changed Opaque kubernetes.io/dockerconfigjson"],
		],
		[
			"labels and annotations, sorted; others' stay, and are not told",
			{ labels: { usage: "other", x: "1" }, annotations: { y: "1" } },
			{ annotations: { b: "1", a: "1", y: "2" } },
			[
				`label added ${MANAGED_BY_LABEL}`,
				"label changed usage",
				"annotation added a",
				"annotation added b",
				"annotation changed y",
			],
		],
		[
			"an annotation that goes",
			{ annotations: { [SOURCE_ANNOTATION]: "x/y" } },
			{},
			[`annotation removed ${SOURCE_ANNOTATION}`],
		],
		[
			"when it was entered is not told, and the record is in its own way",
			{ annotations: { [ISSUED_AT_ANNOTATION]: "1" } },
			{
				annotations: {
					[ISSUED_AT_ANNOTATION]: "2",
					[TARGETS_ANNOTATION]: '[{"all":true}]',
				},
			},
			['record added {"rule":{"by":"all"},"exclude":[]} []'],
		],
	];
	for (const [name, current, fields, differences] of CASES)
		for (const action of ["update", "replace"] as const)
			test(`${name}: ${action}`, () => {
				const desired = { ...key(), ...fields };
				assert.deepEqual(
					differencesOf({ action, current: key(current), desired }).map(said),
					differences,
				);
			});
});

describe("what a creation and a deletion come to: registries and the record alone", () => {
	const annotations = { [TARGETS_ANNOTATION]: '[{"namespaces":{"app":""}}]' };
	for (const [change, sign] of [
		[{ action: "create", desired: key({ annotations }) }, "added"],
		[{ action: "delete", current: key({ annotations }) }, "removed"],
	] as const)
		test(change.action, () =>
			assert.deepEqual(differencesOf(change).map(said), [
				`entry ${sign} r.io u []`,
				`record ${sign} {"names":["app"]} []`,
			]),
		);
	test("nothing of what stays as it is", () => {
		const current = key();
		const changes: Change[] = [
			{ action: "unchanged", current, desired: current },
			{ action: "conflict", current, obstacle: { cause: "terminating" } },
		];
		assert.deepEqual(changes.map(differencesOf), [[], []]);
	});
});

describe("what a record would say otherwise", () => {
	const read = (text: string | undefined) =>
		text === undefined
			? undefined
			: recordIn({ annotations: { [TARGETS_ANNOTATION]: text } });
	const CASES: [
		name: string,
		before: string | undefined,
		after: string | undefined,
		differences: string[],
	][] = [
		["none before and after", undefined, undefined, []],
		["none, and an empty one", undefined, "[]", []],
		[
			"names that go and come, together where the same accounts are attached",
			'[{"namespaces":{"a":"","b":""}},{"namespaces":{"c":""},"attach":["x"]}]',
			'[{"namespaces":{"d":""},"attach":["x"]},{"namespaces":{"e":"","f":""}}]',
			[
				'record removed {"names":["a","b"]} []',
				'record removed {"names":["c"]} ["x"]',
				'record added {"names":["e","f"]} []',
				'record added {"names":["d"]} ["x"]',
			],
		],
		[
			"a name of another namespace, or with other accounts",
			'[{"namespaces":{"a":"1","b":"1","same":"1"}}]',
			'[{"namespaces":{"a":"2","same":"1"}},{"namespaces":{"b":"1"},"attach":["x"]}]',
			[
				'record changed {"names":["a"]} []',
				'record changed {"names":["b"]} ["x"]',
			],
		],
		[
			"rules, each for itself",
			'[{"injected":"istio"},{"all":true},{"selector":"team=c"}]',
			'[{"injected":"kuma"},{"injected":"linkerd"},{"all":true,"exclude":["dev"]},{"selector":"team=c"}]',
			[
				'record removed {"rule":{"by":"injected","mesh":"istio"},"exclude":[]} []',
				'record changed {"rule":{"by":"all"},"exclude":["dev"]} []',
				'record added {"rule":{"by":"injected","mesh":"kuma"},"exclude":[]} []',
				'record added {"rule":{"by":"injected","mesh":"linkerd"},"exclude":[]} []',
			],
		],
		[
			"a rule that attaches",
			'[{"all":true}]',
			'[{"all":true,"attach":["*"]}]',
			['record changed {"rule":{"by":"all"},"exclude":[]} ["*"]'],
		],
	];
	for (const [name, before, after, differences] of CASES)
		test(name, () =>
			assert.deepEqual(
				recordDifferences(read(before), read(after)).map(said),
				differences,
			),
		);
});

describe("how a copy differs from its source, a registry each", () => {
	const source = auths({
		"changed.io": pair("u:p"),
		"missing.io": pair("u:p"),
		"same.io": pair("u:p"),
	});
	const copy = auths({
		"extra.io": pair("u:p"),
		"same.io": pair("u:p"),
		"changed.io": pair("v:p"),
	});
	for (const [name, content, of_, expected] of [
		["nothing", source, source, []],
		[
			"what is other first, what is too much last",
			copy,
			source,
			["changed.io username", "missing.io missing", "extra.io extra"],
		],
		["a copy that cannot be read", of("{"), source, ["content"]],
		["a source that cannot be read", copy, of("{"), ["content"]],
		[
			"one that a kubelet refuses for something else than an entry",
			of('{"auths":{},"HttpHeaders":1}'),
			auths({}),
			["content"],
		],
	] as const)
		test(name, () =>
			assert.deepEqual(differingRegistries(content, of_), expected),
		);
});
