import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Change } from "../../../src/core/pull-secrets/change.ts";
import type { NamespaceFacts } from "../../../src/core/pull-secrets/namespace-facts.ts";
import {
	LABEL_ANNOTATION,
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	TARGETS_ANNOTATION,
} from "../../../src/core/pull-secrets/ownership.ts";
import {
	contentOfAuths,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	type SyncRules,
	SyncState,
} from "../../../src/core/pull-secrets/sync-state.ts";
import { NAME } from "../../support/build.ts";
import { pullSecret } from "../../support/pull-secret.ts";
import { syncRules } from "../../support/sync-rules.ts";

const ONE = contentOfAuths([["r.example.com", { auth: "dTpw" }]]);
const TWO = contentOfAuths([["r.example.com", { auth: "dTpx" }]]);

function key(namespace: string, fields: Partial<PullSecret> = {}) {
	return pullSecret({
		namespace,
		name: NAME,
		labels: { usage: NAME, [MANAGED_BY_LABEL]: MANAGER },
		annotations: {
			[SOURCE_ANNOTATION]: `nginx-mesh/${NAME}`,
			[SOURCE_UID_ANNOTATION]: "1",
		},
		content: ONE,
		...fields,
	});
}
const source = (fields: Partial<PullSecret> = {}) =>
	key("nginx-mesh", {
		annotations: { [TARGETS_ANNOTATION]: '[{"all":true}]' },
		...fields,
	});

const recorded = (text: string, fields: Partial<PullSecret> = {}) =>
	source({ annotations: { [TARGETS_ANNOTATION]: text }, ...fields });

const SKIPPED = { "kubectl-meshreg/skip": "true" };

/** A namespace as it is; `terminating`: being deleted. */
const facts = (name: string, terminating = false): NamespaceFacts => ({
	name,
	uid: name,
	labels: {},
	annotations: {},
	terminating,
});

/** A cluster with a source, app and shop selected, and these copies. */
function upkeep(
	copies: readonly PullSecret[] = [],
	rules: Partial<SyncRules> = {},
): SyncState {
	const made = new SyncState(syncRules(rules));
	made.namespaces(
		new Map([
			["nginx-mesh", facts("nginx-mesh")],
			["app", facts("app")],
			["shop", facts("shop")],
		]),
	);
	made.keys([source(), ...copies]);
	return made;
}

const said = (change: Change | undefined): string | undefined =>
	change?.action === "conflict" ? change.obstacle.cause : change?.action;

describe("what is to be done in a namespace", () => {
	for (const [name, copies, rules, expected] of [
		["nothing there", [], {}, "create"],
		["an equal copy", [key("app")], {}, "unchanged"],
		["a drifted copy", [key("app", { content: TWO })], {}, "update"],
		["an unmanaged Secret", [key("app", { labels: {} })], {}, "unmanaged"],
		[
			"an unmanaged Secret with that content, to be adopted",
			[key("app", { labels: {} })],
			{ adopt: true },
			"update",
		],
		[
			"another source, which no watch takes over",
			[key("app", { annotations: {}, content: TWO })],
			{ force: true },
			"is-source",
		],
		[
			"an immutable copy",
			[key("app", { content: TWO, immutable: true })],
			{ force: true },
			"immutable",
		],
		[
			"an immutable copy, and it was agreed to replace it",
			[key("app", { content: TWO, immutable: true })],
			{ force: true, replace: true },
			"replace",
		],
	] as const)
		test(name, () => {
			assert.equal(said(upkeep(copies, rules).changeIn("app")), expected);
		});

	test("the source's own, one that is not selected, one that goes", () => {
		const state = upkeep();
		assert.equal(state.changeIn("nginx-mesh"), undefined);
		assert.equal(state.changeIn("other"), undefined);
		state.namespace("app", facts("app", true));
		assert.equal(state.changeIn("app"), undefined);
	});

	for (const [name, app] of [
		["skipped by its annotation", { ...facts("app"), annotations: SKIPPED }],
		["made again since it was recorded", { ...facts("app"), uid: "2" }],
		["recorded with a uid, and not to be read", "unknown"],
		["recorded, and gone", "gone"],
	] as const)
		test(`nothing in a namespace that is ${name}`, () => {
			const state = upkeep([key("app")], { prune: true, force: true });
			state.namespace("app", app);
			const record = `[{"namespaces":{"app":"app","shop":"shop"}}]`;
			state.key("nginx-mesh", recorded(record, { content: TWO }));
			assert.equal(state.changeIn("app"), undefined);
			assert.equal(said(state.changeIn("shop")), "create");
		});

	for (const [name, auths, change] of [
		["an empty one", [], undefined],
		["a key of one word", [["registry", { auth: "dTpw" }]], "update"],
		["no fault", [["r.example.com", { auth: "dTpx" }]], "update"],
		[
			"an entry that fails every pull",
			[["r.example.com", { auth: "!" }]],
			undefined,
		],
	] as const)
		test(`a source with ${name}: ${change === undefined ? "copies stay as they are" : "copies follow"}`, () => {
			const state = upkeep([key("app")]);
			state.key("nginx-mesh", source({ content: contentOfAuths(auths) }));
			assert.equal(said(state.changeIn("app")), change);
		});

	test("outside the selection only our copies of this source are deleted, and only with prune", () => {
		const elsewhere = { [SOURCE_ANNOTATION]: "elsewhere/other" };
		const copies = [
			key("a"),
			key("b", { labels: {} }),
			key("c", { annotations: elsewhere }),
			key("d", { annotations: {} }),
		];
		const pruning = upkeep(copies, { prune: true });
		assert.deepEqual(
			["a", "b", "c", "d"].map((name) => said(pruning.changeIn(name))),
			["delete", undefined, undefined, undefined],
		);
		assert.equal(upkeep(copies).changeIn("a"), undefined);
	});

	test("nothing is deleted while nothing but the source's own namespace was selected", () => {
		const state = new SyncState(syncRules({ prune: true }));
		state.namespaces(new Map([["nginx-mesh", facts("nginx-mesh")]]));
		state.keys([source(), key("a")]);
		assert.equal(state.changeIn("a"), undefined);
		assert.deepEqual(state.namespace("app", facts("app")), [
			"nginx-mesh",
			"app",
			"a",
		]);
		assert.equal(said(state.changeIn("a")), "delete");
	});

	for (const [order, first] of [
		["before the source", true],
		["after it", false],
	] as const)
		test(`nothing is deleted while none of the namespaces was selected, told of ${order}`, () => {
			const state = new SyncState(
				syncRules({ prune: true, selects: (name) => name === "nginx-mesh" }),
			);
			const tell = () =>
				["nginx-mesh", "app"].map((name) => state.namespace(name, facts(name)));
			if (first) tell();
			state.keys([source(), key("a")]);
			// Of each the one that changed is looked at, and no other.
			if (!first) assert.deepEqual(tell(), [["nginx-mesh"], ["app"]]);
			assert.deepEqual(
				["nginx-mesh", "app", "a"].map((name) => state.changeIn(name)),
				[undefined, undefined, undefined],
			);
		});

	test("what was selected once was no typing mistake: of a rule that matches nothing any more copies go", () => {
		const state = upkeep([key("app")], { prune: true });
		state.key("nginx-mesh", recorded('[{"selector":"team=a"}]'));
		assert.equal(said(state.changeIn("app")), "delete");
	});

	test("nothing is deleted where the record cannot be read, says nothing, or is not there", () => {
		for (const text of [undefined, "[]", "all", '[{"everything":true}]']) {
			const state = upkeep([key("a")], { prune: true });
			assert.equal(said(state.changeIn("a")), "delete");
			const annotations =
				text === undefined ? {} : { [TARGETS_ANNOTATION]: text };
			state.keys([source({ annotations, resourceVersion: "2" }), key("a")]);
			assert.equal(state.changeIn("a"), undefined, `record: ${text}`);
		}
	});

	test("counts the namespaces that the record means, the source's own not among them", () => {
		const counts = (copies: readonly PullSecret[]) => upkeep(copies).counts;
		const none = { in_sync: 0, pending: 0, blocked: 0, withheld: 0 };
		assert.deepEqual(counts([]), { ...none, pending: 2 });
		assert.deepEqual(counts([key("app"), key("shop", { labels: {} })]), {
			...none,
			in_sync: 1,
			blocked: 1,
		});
		assert.deepEqual(counts([key("app"), key("shop", { content: TWO })]), {
			...none,
			in_sync: 1,
			pending: 1,
		});
		const others = upkeep([], { selects: (name) => name !== "unselected" });
		others.namespace("unselected", facts("unselected"));
		others.namespace("going", facts("going", true));
		others.namespace("skipped", { ...facts("skipped"), annotations: SKIPPED });
		others.namespace("again", facts("again"));
		others.key(
			"nginx-mesh",
			recorded(
				'[{"all":true,"exclude":["again"]},{"namespaces":{"again":"before"}}]',
			),
		);
		assert.deepEqual(others.counts, { ...none, pending: 2, withheld: 1 });
		const gone = upkeep();
		gone.keys([]);
		assert.deepEqual(gone.counts, none);
	});

	test("what a write found there counts, until more is told", () => {
		const state = upkeep();
		assert.equal(said(state.changeAfter("app", key("app"))), "unchanged");
		assert.equal(said(state.changeIn("app")), "unchanged");
		assert.equal(said(state.changeAfter("app", undefined)), "create");
		assert.equal(said(state.changeIn("app")), "create");
		assert.equal(state.hasKey("app"), false);
	});

	for (const [name, gone] of [
		["deleted", undefined],
		["without its label", source({ labels: {} })],
		["of another type", source({ type: "Opaque" })],
	] as const)
		test(`nothing while the source is ${name}`, () => {
			const state = upkeep([key("gone")], { prune: true });
			assert.equal(said(state.changeIn("gone")), "delete");
			assert.deepEqual(state.key("nginx-mesh", gone), []);
			assert.equal(state.source, undefined);
			for (const namespace of ["app", "shop", "gone"])
				assert.equal(state.changeIn(namespace), undefined);
		});
});

describe("what is to be looked at again", () => {
	test("a namespace whose state is new", () => {
		const state = upkeep();
		assert.deepEqual(state.namespace("app", facts("app")), []);
		const labelled = { ...facts("app"), labels: { team: "a" } };
		assert.deepEqual(state.namespace("app", labelled), ["app"]);
		assert.deepEqual(state.namespace("app", facts("app", true)), ["app"]);
		assert.deepEqual(state.namespace("new", facts("new")), ["new"]);
		assert.deepEqual(state.namespace("shop", undefined), ["shop"]);
		assert.deepEqual(state.namespace("shop", undefined), []);
		assert.deepEqual(state.everywhere, ["nginx-mesh", "app", "new"]);
	});

	test("everything, when the source says something else", () => {
		const state = upkeep([key("other")]);
		assert.deepEqual(
			state.key("nginx-mesh", source({ labels: OWN_AND_MORE })),
			[],
		);
		const all = ["nginx-mesh", "app", "shop", "other"];
		assert.deepEqual(
			state.key("nginx-mesh", source({ content: TWO })).toSorted(),
			all.toSorted(),
		);
		for (const now of [
			source(),
			source({ uid: "made again" }),
			recorded('[{"all":true,"attach":["*"]}]', { uid: "made again" }),
			// By hand: copies bear that label.
			source({
				uid: "made again",
				annotations: {
					[TARGETS_ANNOTATION]: '[{"all":true,"attach":["*"]}]',
					[LABEL_ANNOTATION]: "team=pull",
				},
			}),
		])
			assert.deepEqual(state.key("nginx-mesh", now).toSorted(), all.toSorted());
		state.key("nginx-mesh", undefined);
		assert.deepEqual(
			state.key("nginx-mesh", source()).toSorted(),
			all.toSorted(),
		);
	});

	test("only what differs, when everything is listed again", () => {
		const state = upkeep([key("app"), key("shop")]);
		assert.deepEqual(
			state.namespaces(
				new Map([
					["nginx-mesh", facts("nginx-mesh")],
					["app", facts("app")],
					["new", facts("new")],
				]),
			),
			["shop", "new"],
		);
		assert.equal(state.namespaceKnown("shop"), "unknown");
		assert.deepEqual(
			state.keys([source(), key("app", { resourceVersion: "2" })]),
			["shop", "app"],
		);
		assert.deepEqual(
			state.keys([source(), key("app", { resourceVersion: "2" })]),
			[],
		);
	});

	test("M9, C4: before its own namespace has been listed, the source is not missing", () => {
		const state = new SyncState(syncRules());
		state.keys([key("a")], "a");
		assert.deepEqual([state.source, state.begun], [undefined, false]);
		state.keys([source()], "nginx-mesh");
		assert.equal(state.begun, true);
		state.keys([], "a");
		assert.equal(state.begun, true);
		assert.equal(state.source?.namespace, "nginx-mesh");
		const everywhere = new SyncState(syncRules());
		everywhere.keys([]);
		assert.equal(everywhere.begun, true);
	});

	test("one namespace's list says nothing of others", () => {
		const state = upkeep([key("app"), key("shop")]);
		assert.deepEqual(state.keys([], "app"), ["app"]);
		assert.equal(said(state.changeIn("app")), "create");
		assert.equal(said(state.changeIn("shop")), "unchanged");
	});
});

describe("a namespace may be another than was told", () => {
	for (const [name, tell, doubtful] of [
		["where nothing bore the name before", () => {}, false],
		[
			"not where the same object changed",
			(state: SyncState) => state.key("app", key("app", { content: TWO })),
			false,
		],
		[
			"where it is another object now",
			(state: SyncState) => state.key("app", key("app", { uid: "2" })),
			true,
		],
		["where it went", (state: SyncState) => state.key("app", undefined), true],
		[
			"where it went, as a list says",
			(state: SyncState) => state.keys([source()]),
			true,
		],
		[
			"not where it is asked for itself since",
			(state: SyncState) => {
				state.key("app", undefined);
				state.asks("app");
			},
			false,
		],
		[
			"not where it was told of as gone",
			(state: SyncState) => {
				state.key("app", undefined);
				state.namespace("app", undefined);
			},
			false,
		],
		[
			"not where we updated it, and are told of that",
			(state: SyncState) => {
				state.key("nginx-mesh", source({ content: TWO }));
				const change = state.changeIn("app");
				assert(change);
				state.writes("app");
				state.did(change, "configured");
				assert.equal(said(state.changeIn("app")), "unchanged");
				state.key("app", key("app", { content: TWO }));
			},
			false,
		],
	] as const)
		test(name, () => {
			const state = upkeep([key("app")]);
			tell(state);
			assert.equal(state.isDoubtful("app"), doubtful);
		});
});

test("what is known of a namespace, and of what bears the name there", () => {
	const state = upkeep([key("app"), key("old")]);
	state.namespace("hidden", "unknown");
	assert.deepEqual(
		["app", "old", "hidden", "none"].map((name) => [
			state.has(name),
			state.namespaceKnown(name),
			state.known(name)?.namespace,
		]),
		[
			[true, facts("app"), "app"],
			[true, "unknown", "old"],
			[true, "unknown", undefined],
			[false, "unknown", undefined],
		],
	);
});

test("pods can pull where the namespace is selected, stays, and has the key of a source", () => {
	const state = upkeep([key("app"), key("other"), key("going")]);
	state.namespace("going", facts("going", true));
	const having = () =>
		["app", "shop", "other", "going"].filter((name) => state.hasKey(name));
	assert.deepEqual(having(), ["app"]);
	state.key("nginx-mesh", undefined);
	assert.deepEqual(having(), []);
});

describe("names in the record that the command line leaves out", () => {
	const RECORD =
		'[{"all":true},{"namespaces":{"nginx-mesh":"","app":"","shop":"","far":""}}]';
	for (const [name, text, selected, seesAll, expected] of [
		[
			"one of them, and one that was not told of",
			RECORD,
			["app"],
			false,
			["far", "shop"],
		],
		[
			"where all namespaces are told of, one that was not is no more",
			RECORD,
			["app"],
			true,
			["shop"],
		],
		["none", RECORD, ["app", "shop"], true, []],
		["a record of nothing that is known", "all", [], false, []],
	] as const)
		test(name, () => {
			const state = upkeep([], {
				selects: (namespace) => selected.some((one) => one === namespace),
			});
			state.key("nginx-mesh", recorded(text));
			assert.deepEqual(state.recordedElsewhere(seesAll).toSorted(), expected);
		});
});

describe("what was done and has not been told yet", () => {
	test("is not written over: no version is known yet that a write could be held against", () => {
		const state = upkeep([key("old")], { prune: true });
		const change = state.changeIn("app");
		assert(change);
		state.writes("app");
		state.did(change, "created");
		state.key("nginx-mesh", source({ content: TWO }));
		assert.equal(state.changeIn("app"), undefined);
		state.namespace("app", undefined);
		assert.equal(state.changeIn("app"), undefined);
		state.namespace("app", facts("app"));
		assert.deepEqual(state.key("app", key("app")), ["app"]);
		assert.equal(said(state.changeIn("app")), "update");
	});

	test("is not done again", () => {
		const state = upkeep([key("old")], { prune: true });
		for (const namespace of ["app", "old"]) {
			const change = state.changeIn(namespace);
			assert(change);
			state.writes(namespace);
			state.did(change, namespace === "app" ? "created" : "deleted");
		}
		assert.equal(said(state.changeIn("app")), "unchanged");
		assert.equal(state.changeIn("old"), undefined);
	});

	test("does not hide what was told meanwhile", () => {
		const state = upkeep();
		const change = state.changeIn("app");
		assert(change);
		state.writes("app");
		state.key("app", key("app", { content: TWO }));
		state.did(change, "created");
		assert.equal(said(state.changeIn("app")), "update");
	});

	for (const [how, tell] of [
		[
			"in a watch",
			(state: SyncState) => {
				state.key("app", key("app"));
				state.key("app", undefined);
			},
		],
		["in a list", (state: SyncState) => state.keys([source()])],
	] as const)
		test(`is not taken to be there where it went before its answer came, as was told ${how}`, () => {
			const state = upkeep();
			const change = state.changeIn("app");
			assert(change);
			state.writes("app");
			tell(state);
			state.did(change, "created");
			assert.equal(said(state.changeIn("app")), "create");
		});

	for (const became of ["unchanged", "failed", "skipped"] as const)
		test(`is nothing where it ${became === "unchanged" ? "left all as it was" : became}: no watch will tell of it`, () => {
			const state = upkeep([key("app")]);
			const change = state.changeIn("app");
			assert(change);
			state.writes("app");
			state.did(change, became);
			state.key("nginx-mesh", source({ content: TWO }));
			assert.equal(said(state.changeIn("app")), "update");
		});
});

const OWN_AND_MORE = { usage: NAME, [MANAGED_BY_LABEL]: MANAGER, more: "yes" };
