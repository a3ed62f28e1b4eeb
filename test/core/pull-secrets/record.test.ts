import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NamespaceFacts } from "../../../src/core/pull-secrets/namespace-facts.ts";
import {
	addsOnlyUids,
	attachedAnywhere,
	forgetNamespace,
	hasOtherRules,
	isCoveredByAll,
	isCoveredByRule,
	isEmptyRecord,
	mergeSelection,
	mergeUnattended,
	type NamespaceKnowledge,
	onlySelected,
	parseRecord,
	RECORD_LIMIT,
	type Rule,
	recordBytes,
	recordText,
	type SourceRecord,
	type Standing,
	standingOf,
	withAttached,
	withoutAttached,
	withoutNames,
} from "../../../src/core/pull-secrets/record.ts";

function record(text: string): SourceRecord {
	return parseRecord(text).record ?? assert.fail(text);
}

/** A record of one entry, as a selection. */
function entry(text: string): SourceRecord {
	return record(`[${text}]`);
}

/** The rule of such a one. */
function ruleIn({ rules }: SourceRecord): Rule {
	return rules[0]?.rule ?? assert.fail();
}

function namespace(
	name: string,
	fields: Partial<NamespaceFacts> = {},
): NamespaceFacts {
	return {
		name,
		uid: `uid-${name}`,
		labels: {},
		annotations: {},
		terminating: false,
		...fields,
	};
}

describe("a record is read, and written in one way", () => {
	const ROWS: [text: string, written: string][] = [
		["[]", "[]"],
		[
			'[{"namespaces":{"app":"UID","shop":""},"attach":["builder"]},{"selector":"team=a","exclude":["dev-*"],"attach":["*"]},{"all":true},{"injected":"istio"}]',
			'[{"namespaces":{"app":"UID","shop":""},"attach":["builder"]},{"all":true},{"injected":"istio"},{"selector":"team=a","exclude":["dev-*"],"attach":["*"]}]',
		],
		[
			' [ {"attach":["b","a","b"],"namespaces":{"z":"","a":"1"}} ] ',
			'[{"namespaces":{"a":"1","z":""},"attach":["a","b"]}]',
		],
		// Of what a uid may be, a colon stands behind no key.
		[
			`[{"namespaces":{"app":"a:b.c","shop":"${"1".repeat(128)}"}}]`,
			`[{"namespaces":{"app":"a:b.c","shop":"${"1".repeat(128)}"}}]`,
		],
		// The same accounts: one entry; a name in two: all of its accounts.
		[
			'[{"namespaces":{"b":""},"attach":["x"]},{"namespaces":{"a":""},"attach":["x","y"]},{"namespaces":{"c":""},"attach":[]},{"namespaces":{"b":""},"attach":["y"]}]',
			'[{"namespaces":{"c":""}},{"namespaces":{"a":"","b":""},"attach":["x","y"]}]',
		],
		['[{"namespaces":{}}]', "[]"],
		[
			'[{"selector":" team in (b, a), tier"},{"selector":"tier,team in (a,b,a)"}]',
			'[{"selector":"team in (a,b),tier"}]',
		],
		[
			'[{"all":true,"exclude":["x"]},{"all":true,"exclude":["y"]}]',
			'[{"all":true,"exclude":["x"]},{"all":true,"exclude":["y"]}]',
		],
		[
			'[{"all":true,"exclude":["y","x","y"],"attach":["b","a","b"]}]',
			'[{"all":true,"exclude":["x","y"],"attach":["a","b"]}]',
		],
	];
	for (const [text, written] of ROWS)
		test(text, () => {
			assert.equal(recordText(record(text)), written);
			assert.equal(recordText(record(written)), written);
		});

	test("none is not an empty one", () => {
		assert.deepEqual(parseRecord(undefined), {});
		assert.deepEqual(parseRecord("[]"), {
			record: { names: new Map(), rules: [] },
		});
	});
});

describe("what is not known is a fault: never no record, never all", () => {
	/** `field`: the one that nobody knows, or the name in question. */
	const ROWS: [
		text: string,
		because: string,
		entry?: number,
		field?: string,
	][] = [
		["", "not-json", 0],
		["[", "not-json", 0],
		["all", "not-json", 0],
		['[{"all":true,"exclude":["a"],"exclude":[]}]', "said-twice", 0],
		['[{"namespaces":{"app":"UID","app":""}}]', "said-twice", 0],
		['[{"namespaces":{"app":"UID"},"namespaces":{"app":""}}]', "said-twice", 0],
		['[{"all":true,"\\u0061ll":true}]', "said-twice", 0],
		[
			'[{"all":true,"exclude":["\\u0061"],"exclude":[],"attach":["b"]}]',
			"said-twice",
			0,
		],
		[
			'[{"namespaces":{"a":"","b":""},"attach":["x"],"attach":[]}]',
			"said-twice",
			0,
		],
		["null", "not-a-list", 0],
		["{}", "not-a-list", 0],
		['{"version":2,"targets":[]}', "not-a-list", 0],
		["true", "not-a-list", 0],
		["[null]", "not-an-entry"],
		['["app"]', "not-an-entry"],
		["[[]]", "not-an-entry"],
		["[{}]", "no-selection"],
		['[{"attach":["x"]}]', "unknown-field", 1, "attach"],
		['[{"all":true},{"everything":true}]', "unknown-field", 2, "everything"],
		['[{"all":true,"until":"2030"}]', "unknown-field", 1, "until"],
		[
			'[{"namespaces":{"app":""},"exclude":["a"]}]',
			"unknown-field",
			1,
			"exclude",
		],
		[
			'[{"namespaces":{"app":""},"__proto__":{"all":true}}]',
			"unknown-field",
			1,
			"__proto__",
		],
		['[{"all":true,"selector":"a=b"}]', "several-selections"],
		['[{"all":false}]', "all"],
		['[{"all":1}]', "all"],
		['[{"selector":""}]', "selector"],
		['[{"selector":"a in"}]', "selector"],
		['[{"selector":"a=b,"}]', "selector"],
		['[{"selector":["a=b"]}]', "selector"],
		['[{"injected":"envoy"}]', "injected"],
		['[{"injected":true}]', "injected"],
		['[{"injected":"toString"}]', "injected"],
		['[{"namespaces":["app"]}]', "namespaces"],
		['[{"namespaces":"app"}]', "namespaces"],
		['[{"namespaces":null}]', "namespaces"],
		['[{"namespaces":{"app":null}}]', "namespaces"],
		['[{"namespaces":{"App":""}}]', "namespaces"],
		['[{"namespaces":{"*":""}}]', "namespaces"],
		['[{"namespaces":{"a/b":""}}]', "namespaces"],
		['[{"namespaces":{"app":"\\u001b[2J"}}]', "namespaces"],
		[`[{"namespaces":{"app":"${"1".repeat(129)}"}}]`, "namespaces"],
		[
			'[{"namespaces":{"app":"1"}},{"namespaces":{"app":"2"}}]',
			"two-uids",
			2,
			"app",
		],
		['[{"all":true,"exclude":"dev"}]', "exclude"],
		['[{"all":true,"exclude":[""]}]', "exclude"],
		['[{"all":true,"exclude":[1]}]', "exclude"],
		['[{"all":true,"attach":{"a":1}}]', "attach"],
		['[{"all":true,"attach":["a,b"]}]', "attach"],
		['[{"all":true,"attach":["$(id)"]}]', "attach"],
	];
	for (const [text, because, entry = 1, field] of ROWS)
		test(`${text} → ${because}`, () => {
			assert.deepEqual(parseRecord(text), {
				fault: { entry, because, ...(field !== undefined && { field }) },
			});
		});
});

describe("a selection joins the record", () => {
	const ROWS: [
		name: string,
		before: string,
		selected: string,
		after: string,
	][] = [
		[
			"the first",
			"[]",
			'{"namespaces":{"app":"1"}}',
			'[{"namespaces":{"app":"1"}}]',
		],
		[
			"names are merged",
			'[{"namespaces":{"shop":"2"}}]',
			'{"namespaces":{"app":"1"}}',
			'[{"namespaces":{"app":"1","shop":"2"}}]',
		],
		[
			"a name made again has the new uid",
			'[{"namespaces":{"app":"1","shop":"2"}}]',
			'{"namespaces":{"app":"3"}}',
			'[{"namespaces":{"app":"3","shop":"2"}}]',
		],
		[
			"a uid that is known is not given up for none",
			'[{"namespaces":{"app":"1"}}]',
			'{"namespaces":{"app":""}}',
			'[{"namespaces":{"app":"1"}}]',
		],
		[
			"one that was not known is",
			'[{"namespaces":{"app":""}}]',
			'{"namespaces":{"app":"1"}}',
			'[{"namespaces":{"app":"1"}}]',
		],
		[
			"a name that is trusted without a uid",
			"[]",
			'{"namespaces":{"app":""}}',
			'[{"namespaces":{"app":""}}]',
		],
		[
			"accounts are added for that name",
			'[{"namespaces":{"app":"1","shop":"2"},"attach":["a"]}]',
			'{"namespaces":{"app":"1"},"attach":["b"]}',
			'[{"namespaces":{"shop":"2"},"attach":["a"]},{"namespaces":{"app":"1"},"attach":["a","b"]}]',
		],
		[
			"and not taken away without --attach",
			'[{"namespaces":{"app":"1"},"attach":["a"]}]',
			'{"namespaces":{"app":"1"}}',
			'[{"namespaces":{"app":"1"},"attach":["a"]}]',
		],
		[
			"the same rule again replaces its exclusions",
			'[{"all":true,"exclude":["dev-*"],"attach":["a"]}]',
			'{"all":true,"exclude":["kube"]}',
			'[{"all":true,"exclude":["kube"],"attach":["a"]}]',
		],
		[
			"the same selector however it is spelled",
			'[{"selector":"team=a,tier in (y,x)","exclude":["dev-*"]}]',
			'{"selector":"tier in (x, y), team==a"}',
			'[{"selector":"team=a,tier in (x,y)"}]',
		],
		[
			"another rule stands beside it",
			'[{"selector":"team=a"}]',
			'{"selector":"team=b"}',
			'[{"selector":"team=a"},{"selector":"team=b"}]',
		],
		[
			"a rule takes no name away",
			'[{"namespaces":{"app":"1"}}]',
			'{"injected":"nginx"}',
			'[{"namespaces":{"app":"1"}},{"injected":"nginx"}]',
		],
	];
	for (const [name, before, selected, after] of ROWS)
		test(name, () => {
			const merged = mergeSelection(record(before), entry(selected));
			assert.equal(recordText(merged), after);
			// Again: nothing more.
			assert.equal(recordText(mergeSelection(merged, entry(selected))), after);
		});

	test("in whatever order several come", () => {
		const selections = [
			'{"namespaces":{"a":"1"}}',
			'{"namespaces":{"b":"2"},"attach":["x"]}',
			'{"all":true}',
			'{"selector":"t=1"}',
		].map(entry);
		const text = (list: readonly SourceRecord[]) =>
			recordText(list.reduce(mergeSelection, record("[]")));
		assert.equal(text(selections), text(selections.toReversed()));
	});
});

describe("a selection joins the record by itself", () => {
	const ROWS: [
		name: string,
		before: string,
		selected: string,
		after: string,
	][] = [
		[
			"a name made again stays the one that was recorded",
			'[{"namespaces":{"app":"1","shop":"2"}}]',
			'{"namespaces":{"app":"3","new":"4","shop":"2"},"attach":["a"]}',
			'[{"namespaces":{"app":"1","new":"4","shop":"2"},"attach":["a"]}]',
		],
		[
			"one that was trusted by its name has its uid",
			'[{"namespaces":{"app":""}}]',
			'{"namespaces":{"app":"1"}}',
			'[{"namespaces":{"app":"1"}}]',
		],
		[
			"a rule means nothing that was taken out of it",
			'[{"selector":"team=a","exclude":["shop"]},{"all":true,"exclude":["x"]}]',
			'{"selector":"team=a","exclude":["dev-*"],"attach":["a"]}',
			'[{"all":true,"exclude":["x"]},{"selector":"team=a","exclude":["dev-*","shop"],"attach":["a"]}]',
		],
		["the first rule", "[]", '{"all":true}', '[{"all":true}]'],
	];
	for (const [name, before, selected, after] of ROWS)
		test(name, () => {
			const merged = mergeUnattended(record(before), entry(selected));
			assert.equal(recordText(merged), after);
		});
});

describe("accounts of names and of a rule", () => {
	const ATTACHED: [
		name: string,
		before: string,
		names: Record<string, string[]>,
		rule: string[] | undefined,
		added: string,
		taken: string,
	][] = [
		[
			"names that are there alone",
			'[{"namespaces":{"app":"1","shop":"2"}},{"all":true}]',
			{ app: ["default"], new: ["default"] },
			undefined,
			'[{"namespaces":{"shop":"2"}},{"namespaces":{"app":"1"},"attach":["default"]},{"all":true}]',
			'[{"namespaces":{"app":"1","shop":"2"}},{"all":true}]',
		],
		[
			"the same rule, whatever it excludes, and no other",
			'[{"selector":"team=a","exclude":["x"]},{"selector":"team=b"}]',
			{ app: ["ci"] },
			["ci"],
			'[{"selector":"team=a","exclude":["x"],"attach":["ci"]},{"selector":"team=b"}]',
			'[{"selector":"team=a","exclude":["x"]},{"selector":"team=b"}]',
		],
		[
			"all accounts",
			'[{"namespaces":{"app":""},"attach":["ci"]}]',
			{ app: ["*"] },
			undefined,
			'[{"namespaces":{"app":""},"attach":["*","ci"]}]',
			'[{"namespaces":{"app":""}}]',
		],
		[
			"one where all are attached",
			'[{"namespaces":{"app":""},"attach":["*"]}]',
			{ app: ["ci"] },
			undefined,
			'[{"namespaces":{"app":""},"attach":["*"]}]',
			'[{"namespaces":{"app":""},"attach":["*"]}]',
		],
		[
			"one of several",
			'[{"namespaces":{"app":"","shop":""},"attach":["ci","web"]}]',
			{ app: ["ci"] },
			undefined,
			'[{"namespaces":{"app":"","shop":""},"attach":["ci","web"]}]',
			'[{"namespaces":{"shop":""},"attach":["ci","web"]},{"namespaces":{"app":""},"attach":["web"]}]',
		],
	];
	const TEAM_A = entry('{"selector":"team=a"}');
	for (const [name, before, names, attach, added, taken] of ATTACHED)
		test(name, () => {
			const selected: SourceRecord = {
				names: new Map(
					Object.entries(names).map(([name, attach]) => [
						name,
						{ uid: "", attach },
					]),
				),
				rules: attach ? [{ rule: ruleIn(TEAM_A), exclude: [], attach }] : [],
			};
			const read = record(before);
			assert.equal(recordText(withAttached(read, selected)), added);
			assert.equal(recordText(withoutAttached(read, selected)), taken);
		});
});

describe("which Namespace a name means is all that is added", () => {
	const ROWS: [name: string, before: string, after: string, only: boolean][] = [
		[
			"the uid of a name that was trusted, beside one that has its uid",
			'[{"namespaces":{"app":"1","shop":""}},{"all":true,"exclude":["x"]}]',
			'[{"namespaces":{"app":"1","shop":"2"}},{"all":true,"exclude":["x"]}]',
			true,
		],
		[
			"another uid",
			'[{"namespaces":{"app":"1"}}]',
			'[{"namespaces":{"app":"2"}}]',
			false,
		],
		[
			"another name",
			'[{"namespaces":{"app":""}}]',
			'[{"namespaces":{"app":"1","shop":"2"}}]',
			false,
		],
		[
			"an account",
			'[{"namespaces":{"app":""}}]',
			'[{"namespaces":{"app":"1"},"attach":["ci"]}]',
			false,
		],
		[
			"fewer exclusions",
			'[{"namespaces":{"app":""}},{"all":true,"exclude":["x"]}]',
			'[{"namespaces":{"app":"1"}},{"all":true}]',
			false,
		],
	];
	for (const [name, before, after, only] of ROWS)
		test(`${name}: ${only ? "yes" : "no"}`, () =>
			assert.equal(addsOnlyUids(record(before), record(after)), only));
});

test("a record that sends a source nowhere, and what one attaches anywhere", () => {
	for (const [text, isEmpty, ...attached] of [
		["[]", true],
		['[{"namespaces":{"app":""}}]', false],
		['[{"all":true,"exclude":["x"]}]', false],
		[
			'[{"namespaces":{"app":""},"attach":["ci","deploy"]},{"all":true,"attach":["*","ci"]}]',
			false,
			"*",
			"ci",
			"deploy",
		],
	] as const) {
		const read = record(text);
		assert.equal(isEmptyRecord(read), isEmpty, text);
		assert.deepEqual([...attachedAnywhere(read)].sort(), attached, text);
	}
});

describe("rules besides the one that is selected", () => {
	for (const [text, besides] of [
		['[{"namespaces":{"app":""}}]', false],
		[
			'[{"namespaces":{"app":""}},{"selector":"team=a","exclude":["x"]}]',
			false,
		],
		['[{"selector":"team=a"},{"selector":"team=b"}]', true],
	] as const)
		test(text, () => {
			const selected = entry('{"selector":"team = a"}');
			const rule = ruleIn(selected);
			assert.ok(rule);
			assert.equal(hasOtherRules(record(text), rule), besides);
		});
});

test("names are taken out, and rules stay as they are", () => {
	assert.equal(
		recordText(
			withoutNames(
				record(
					'[{"namespaces":{"app":"1","b":"2","c":"3"},"attach":["ci"]},{"all":true}]',
				),
				["app", "c", "gone"],
			),
		),
		'[{"namespaces":{"b":"2"},"attach":["ci"]},{"all":true}]',
	);
});

describe("a namespace is forgotten", () => {
	const ROWS: [
		name: string,
		before: string,
		forgotten: NamespaceFacts | string,
		after: string,
	][] = [
		[
			"a name goes",
			'[{"namespaces":{"app":"1","shop":"2"},"attach":["a"]}]',
			namespace("app"),
			'[{"namespaces":{"shop":"2"},"attach":["a"]}]',
		],
		[
			"rules that match it leave it out",
			'[{"namespaces":{"app":"1"}},{"all":true,"exclude":["dev-*"]},{"selector":"team=a"},{"selector":"team=b"},{"injected":"linkerd"}]',
			namespace("app", {
				labels: { team: "a" },
				annotations: { "linkerd.io/inject": "enabled" },
			}),
			'[{"all":true,"exclude":["app","dev-*"]},{"injected":"linkerd","exclude":["app"]},{"selector":"team=a","exclude":["app"]},{"selector":"team=b"}]',
		],
		[
			"a rule that leaves it out already stays",
			'[{"all":true,"exclude":["dev-*"]}]',
			namespace("dev-1"),
			'[{"all":true,"exclude":["dev-*"]}]',
		],
		[
			"one that cannot be read may be meant by every rule",
			'[{"all":true},{"selector":"team=b"}]',
			"app",
			'[{"all":true,"exclude":["app"]},{"selector":"team=b","exclude":["app"]}]',
		],
		[
			"so may one whose labels are too many",
			'[{"selector":"team=b"},{"injected":"istio"}]',
			namespace("app", { labels: undefined }),
			'[{"injected":"istio","exclude":["app"]},{"selector":"team=b","exclude":["app"]}]',
		],
		[
			"but by those that leave it out",
			'[{"all":true,"exclude":["dev-*"]},{"selector":"team=b"}]',
			"dev-1",
			'[{"all":true,"exclude":["dev-*"]},{"selector":"team=b","exclude":["dev-1"]}]',
		],
		[
			"no rule means a system namespace",
			'[{"namespaces":{"kube-system":""}},{"all":true}]',
			"kube-system",
			'[{"all":true}]',
		],
		["what is not there", "[]", namespace("app"), "[]"],
	];
	for (const [name, before, forgotten, after] of ROWS)
		test(name, () => {
			const [which, facts] =
				typeof forgotten === "string"
					? ([forgotten, undefined] as const)
					: ([forgotten.name, forgotten] as const);
			const left = forgetNamespace(record(before), which, facts);
			assert.equal(recordText(left), after);
			assert.equal(
				standingOf(left, which, facts ?? namespace(which))?.is,
				undefined,
			);
		});
});

describe("which namespaces a record means", () => {
	const served = (...attach: string[]): Standing => ({ is: "served", attach });
	const ROWS: [
		name: string,
		record: string,
		namespace: NamespaceKnowledge,
		standing: Standing | undefined,
	][] = [
		[
			"a name with its uid",
			'[{"namespaces":{"app":"uid-app"}}]',
			namespace("app"),
			served(),
		],
		[
			"a name that is trusted",
			'[{"namespaces":{"app":""},"attach":["b"]}]',
			namespace("app"),
			served("b"),
		],
		["another", '[{"namespaces":{"shop":""}}]', namespace("app"), undefined],
		["nothing", "[]", namespace("app"), undefined],
		[
			"a name whose Namespace was made again",
			'[{"namespaces":{"app":"old"},"attach":["b"]}]',
			namespace("app"),
			{ is: "made-again", attach: ["b"] },
		],
		[
			"the same where a rule means it: by the rule alone",
			'[{"namespaces":{"app":"old"},"attach":["b"]},{"all":true,"attach":["c"]}]',
			namespace("app"),
			served("c"),
		],
		[
			"a name with a uid whose Namespace cannot be read",
			'[{"namespaces":{"app":"uid-app"},"attach":["b"]}]',
			"unknown",
			{ is: "unverified", attach: ["b"] },
		],
		["a name without one", '[{"namespaces":{"app":""}}]', "unknown", served()],
		[
			"a rule and a Namespace that cannot be read",
			'[{"all":true}]',
			"unknown",
			undefined,
		],
		[
			"a name that is gone",
			'[{"namespaces":{"app":""}}]',
			"gone",
			{ is: "missing" },
		],
		[
			"a rule and a Namespace that is gone",
			'[{"all":true}]',
			"gone",
			undefined,
		],
		[
			"skipped by its annotation, also where it is named",
			'[{"namespaces":{"app":""}},{"all":true}]',
			namespace("app", { annotations: { "kubectl-meshreg/skip": "true" } }),
			{ is: "skipped" },
		],
		[
			"any other value of it skips nothing",
			'[{"all":true}]',
			namespace("app", { annotations: { "kubectl-meshreg/skip": "True" } }),
			served(),
		],
		[
			"one that is not meant is not skipped either",
			"[]",
			namespace("app", { annotations: { "kubectl-meshreg/skip": "true" } }),
			undefined,
		],
		["all", '[{"all":true}]', namespace("app"), served()],
		[
			"but system namespaces",
			'[{"all":true}]',
			namespace("kube-system"),
			undefined,
		],
		[
			"unless named",
			'[{"all":true},{"namespaces":{"kube-system":""}}]',
			namespace("kube-system"),
			served(),
		],
		[
			"but what is excluded",
			'[{"all":true,"exclude":["a?p","x"]}]',
			namespace("app"),
			undefined,
		],
		[
			"a name is not excluded by a rule",
			'[{"all":true,"exclude":["app"]},{"namespaces":{"app":""}}]',
			namespace("app"),
			served(),
		],
		[
			"a label",
			'[{"selector":"team in (a,b),!dev","attach":["*"]}]',
			namespace("app", { labels: { team: "b" } }),
			served("*"),
		],
		[
			"another label",
			'[{"selector":"team in (a,b),!dev"}]',
			namespace("app", { labels: { team: "b", dev: "" } }),
			undefined,
		],
		[
			"the accounts of all that mean it",
			'[{"selector":"team=a","attach":["y"]},{"all":true,"attach":["x","y"]},{"namespaces":{"app":"uid-app"},"attach":["z"]}]',
			namespace("app", { labels: { team: "a" } }),
			served("x", "y", "z"),
		],
	];
	for (const [name, text, knowledge, standing] of ROWS)
		test(name, () => {
			const which = typeof knowledge === "string" ? "app" : knowledge.name;
			assert.deepEqual(standingOf(record(text), which, knowledge), standing);
		});

	const INJECTED: [
		mesh: string,
		on: Partial<NamespaceFacts>,
		means: boolean,
	][] = [
		[
			"nginx",
			{ labels: { "injector.nsm.nginx.com/auto-inject": "enabled" } },
			true,
		],
		[
			"nginx",
			{ labels: { "injector.nsm.nginx.com/auto-inject": "disabled" } },
			false,
		],
		["nginx", { labels: { "istio-injection": "enabled" } }, false],
		["istio", { labels: { "istio-injection": "enabled" } }, true],
		["istio", { labels: { "istio.io/rev": "1-29" } }, true],
		[
			"istio",
			{ labels: { "istio-injection": "disabled", "istio.io/rev": "x" } },
			false,
		],
		["istio", { annotations: { "istio-injection": "enabled" } }, false],
		["linkerd", { annotations: { "linkerd.io/inject": "enabled" } }, true],
		["linkerd", { annotations: { "linkerd.io/inject": "ingress" } }, true],
		["linkerd", { annotations: { "linkerd.io/inject": "disabled" } }, false],
		["linkerd", { labels: { "linkerd.io/inject": "enabled" } }, false],
		["kuma", { labels: { "kuma.io/sidecar-injection": "enabled" } }, true],
		["kuma", { labels: { "kuma.io/sidecar-injection": "true" } }, true],
		["kuma", { labels: { "kuma.io/sidecar-injection": "false" } }, false],
	];
	for (const [mesh, on, means] of INJECTED)
		test(`injected by ${mesh}: ${JSON.stringify(on)}`, () => {
			assert.equal(
				standingOf(
					record(`[{"injected":"${mesh}"}]`),
					"app",
					namespace("app", on),
				)?.is === "served",
				means,
			);
		});
});

test("a namespace is covered where one rule of several means it", () => {
	const rules = record('[{"selector":"team=a"},{"selector":"team=b"}]');
	const isCovered = (team: string) =>
		isCoveredByRule(rules, namespace("app", { labels: { team } }));
	assert.deepEqual(["a", "b", "c"].map(isCovered), [true, true, false]);
});

test("whatever bears the name is covered where a rule for all leaves it in", () => {
	for (const [text, covered] of [
		["[]", [false, false, false]],
		['[{"selector":"team=a"},{"all":true}]', [true, true, false]],
		['[{"all":true,"exclude":["app"]}]', [false, true, false]],
		['[{"selector":"team=a","exclude":["app"]}]', [false, false, false]],
		['[{"namespaces":{"app":""}}]', [false, false, false]],
	] as const)
		assert.deepEqual(
			["app", "shop", "kube-system"].map((name) =>
				isCoveredByAll(record(text), name),
			),
			covered,
			text,
		);
});

test("a record may weigh 200 KiB: some 2,500 names with their uids", () => {
	const of = (count: number) =>
		record(
			JSON.stringify([
				{
					namespaces: Object.fromEntries(
						Array.from({ length: count }, (_, index) => [
							`a-namespace-of-usual-length-${index}`,
							"7a1f0c3e-2b4d-4c6f-8e9a-0b1c2d3e4f50",
						]),
					),
				},
			]),
		);
	assert.ok(recordBytes(of(2_500)) <= RECORD_LIMIT);
	assert.ok(recordBytes(of(3_000)) > RECORD_LIMIT);
});

describe("what a record says of a selection alone", () => {
	const RECORD =
		'[{"namespaces":{"app":"1","shop":"2"},"attach":["b"]},{"selector":"team=a","exclude":["x"]},{"all":true}]';
	for (const [selected, said] of [
		[
			'{"namespaces":{"shop":""}}',
			'[{"namespaces":{"shop":"2"},"attach":["b"]}]',
		],
		['{"selector":"team=a"}', '[{"selector":"team=a","exclude":["x"]}]'],
		['{"all":true}', '[{"all":true}]'],
		['{"selector":"team=b"}', "[]"],
		['{"namespaces":{"gone":""}}', "[]"],
	] as const)
		test(selected, () => {
			assert.equal(
				recordText(onlySelected(record(RECORD), entry(selected))),
				said,
			);
		});
});
