import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	isRecorded,
	namedTargets,
	recordedTargets,
	ruleTargets,
	type Targets,
} from "../../../src/actions/apply/targets.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	parseRecord,
	type SourceRecord,
} from "../../../src/core/pull-secrets/record.ts";
import { ApiError } from "../../../src/errors.ts";
import type { Cluster } from "../../../src/world.ts";

const SOURCE: PullSecret = new ContentReader().toPullSecret({
	type: "kubernetes.io/dockerconfigjson",
	metadata: { namespace: "mesh", name: "key" },
});

const namespace = (name: string, more: object = {}) => ({
	metadata: { name, uid: `uid-${name}`, labels: { team: "a" }, ...more },
});
const SKIP = { annotations: { "kubectl-meshreg/skip": "true" } };

/** `going` is being deleted, `left` bears our annotation, `hidden` may not be read. */
const NAMESPACES = [
	namespace("app"),
	namespace("going", { deletionTimestamp: "2026-11-21T08:00:00Z" }),
	namespace("left", SKIP),
	namespace("mesh"),
	namespace("shop"),
];

function played(all: readonly object[] = NAMESPACES): {
	cluster: Cluster;
	lists: string[];
} {
	const lists: string[] = [];
	const cluster = {
		context: "prod",
		async read(_: "Namespace", { name }: { name: string }) {
			if (name === "hidden") throw new ApiError(403, "Forbidden", name);
			const found = NAMESPACES.find((each) => each.metadata.name === name);
			if (found === undefined) throw new ApiError(404, "NotFound", name);
			return found;
		},
		async *pages(_: "Namespace", query: { labelSelector?: string }) {
			lists.push(query.labelSelector ?? "all");
			yield { items: all };
		},
	};
	return { cluster: cluster as unknown as Cluster, lists };
}

function record(text: string): SourceRecord {
	return parseRecord(text).record ?? assert.fail(text);
}

/** Who gets a copy, with the accounts; who gets none, and why. */
const shown = ({ serve, named, settled, atSource, unread }: Targets) => ({
	serve: serve.map(({ namespace, attach }) =>
		[namespace, ...attach, ...(named.has(namespace) ? ["named"] : [])].join(
			" ",
		),
	),
	settled: settled.map(
		({ namespace, action, why }) => `${namespace} ${action} ${why?.cause}`,
	),
	atSource,
	unread,
});

describe("where a record sends a source", () => {
	test("names, each as it is now", async () => {
		const { cluster, lists } = played();
		const names = {
			app: "uid-app",
			shop: "another",
			going: "uid-going",
			left: "",
			gone: "",
			hidden: "",
			mesh: "",
		};
		const targets = await recordedTargets(
			SOURCE,
			record(JSON.stringify([{ namespaces: names, attach: ["ci"] }])),
			cluster,
		);
		assert.deepEqual(shown(targets), {
			serve: ["app ci", "hidden ci"],
			settled: [
				"going skipped namespace-terminating",
				"gone failed namespace-missing",
				"left skipped namespace-skipped",
				"shop failed namespace-made-again",
			],
			atSource: ["ci"],
			unread: ["hidden"],
		});
		const again = targets.settled.find((each) => each.namespace === "shop");
		assert.deepEqual(again?.why, {
			cause: "namespace-made-again",
			source: { namespace: "mesh", name: "key" },
			attach: ["ci"],
		});
		assert.equal(targets.listed, false);
		assert.deepEqual(lists, []);
	});

	test("a rule, out of what has just been listed, where it was", async () => {
		const { cluster, lists } = played();
		const all = record('[{"all":true,"exclude":["shop"]}]');
		const targets = await recordedTargets(SOURCE, all, cluster);
		assert.deepEqual(shown(targets).serve, ["app"]);
		assert.deepEqual(lists, ["all"]);
		await recordedTargets(SOURCE, all, cluster, targets.namespaces);
		assert.deepEqual(lists, ["all"]);
	});

	test("a name beside a rule that is not among all there are: it is gone", async () => {
		const { cluster } = played();
		const names = record('[{"namespaces":{"gone":""}},{"all":true}]');
		const targets = await recordedTargets(SOURCE, names, cluster);
		assert.deepEqual(shown(targets), {
			serve: ["app", "shop"],
			settled: [
				"going skipped namespace-terminating",
				"gone failed namespace-missing",
				"left skipped namespace-skipped",
			],
			atSource: [],
			unread: [],
		});
	});

	test("its own namespace, where that is not to be served, is not meant", async () => {
		const { cluster } = played();
		const targets = await recordedTargets(
			SOURCE,
			record('[{"namespaces":{"mesh":"another"},"attach":["ci"]}]'),
			cluster,
		);
		assert.deepEqual(shown(targets), {
			serve: [],
			settled: [],
			atSource: undefined,
			unread: [],
		});
	});
});

describe("namespaces that are named", () => {
	test("get a copy, or fail: whoever names one wants it there; sorted, with what is recorded", async () => {
		const { cluster } = played();
		const {
			targets,
			record: { names },
			what,
		} = await namedTargets(
			SOURCE,
			["shop", "left", "mesh", "hidden", "app", "appp", "going"],
			["ci"],
			cluster,
		);
		assert.deepEqual(shown(targets), {
			serve: ["app ci named", "hidden ci named", "shop ci named"],
			settled: [
				"appp failed namespace-missing",
				"going failed namespace-terminating",
				"left skipped namespace-skipped",
			],
			atSource: ["ci"],
			unread: ["hidden"],
		});
		const attach = ["ci"];
		assert.deepEqual(
			names,
			new Map([
				["app", { uid: "uid-app", attach }],
				["hidden", { uid: "", attach }],
				["shop", { uid: "uid-shop", attach }],
				["mesh", { uid: "", attach }],
			]),
		);
		assert.equal(what, "app, hidden, shop");
		const [missing] = targets.settled;
		assert.deepEqual(missing?.why, { cause: "namespace-missing" });
	});

	test("of the source's own nothing is recorded without accounts", async () => {
		const { cluster } = played();
		const { record, targets } = await namedTargets(
			SOURCE,
			["mesh"],
			[],
			cluster,
		);
		assert.deepEqual(record.names, new Map());
		assert.deepEqual(targets.atSource, []);
	});
});

describe("namespaces that a rule means", () => {
	const [selector] = record('[{"selector":"team=a","exclude":["shop"]}]').rules;
	const [all] = record('[{"all":true,"attach":["ci"]}]').rules;

	test("are those that it means once it is recorded", async () => {
		assert.ok(all);
		const going = { deletionTimestamp: "2026-11-21T08:00:00Z", ...SKIP };
		const { cluster } = played([
			namespace("going", going),
			namespace("mesh", SKIP),
		]);
		const now = await ruleTargets(SOURCE, all, cluster);
		const then = await recordedTargets(
			SOURCE,
			record('[{"all":true,"attach":["ci"]}]'),
			cluster,
		);
		assert.deepEqual(shown(now), shown(then));
		assert.deepEqual(shown(now), {
			serve: [],
			settled: ["going skipped namespace-terminating"],
			atSource: undefined,
			unread: [],
		});
	});

	test("a label's, of which no list tells what else there is", async () => {
		assert.ok(selector);
		const { cluster, lists } = played();
		const targets = await ruleTargets(SOURCE, selector, cluster);
		assert.deepEqual(shown(targets), {
			serve: ["app"],
			settled: [
				"going skipped namespace-terminating",
				"left skipped namespace-skipped",
			],
			atSource: [],
			unread: [],
		});
		assert.deepEqual(lists, ["team=a"]);
		assert.equal(targets.namespaces, undefined);
	});

	test("all of them", async () => {
		assert.ok(all);
		const targets = await ruleTargets(SOURCE, all, played().cluster);
		assert.deepEqual(shown(targets).serve, ["app ci", "shop ci"]);
		assert.deepEqual(targets.atSource, ["ci"]);
		assert.equal(targets.namespaces?.size, NAMESPACES.length);
	});
});

test("a name is recorded whatever is known of it, a rule means what is known alone", async () => {
	const { namespaces } = await recordedTargets(
		SOURCE,
		record('[{"all":true}]'),
		played().cluster,
	);
	const named = record('[{"namespaces":{"app":"another"}}]');
	const rule = record('[{"selector":"team=a"}]');
	assert.equal(isRecorded(named, "app", undefined), true);
	assert.equal(isRecorded(named, "shop", namespaces), false);
	assert.equal(isRecorded(rule, "app", undefined), false);
	assert.equal(isRecorded(rule, "app", namespaces), true);
	assert.equal(isRecorded(rule, "nowhere", namespaces), false);
});
