import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../../src/core/kept.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	keptUser,
	type TreePodFacts,
	treesOf,
} from "../../../src/core/pull-secrets/tree.ts";
import { labelsOf } from "../../support/build.ts";

/** As many sources as pods, all of one tenant, where each pod waits for an image of each source's registry. */
function tenant(count: number) {
	const reader = new ContentReader();
	const keys = Array.from({ length: count }, (_, at) =>
		reader.toPullSecret({
			metadata: {
				namespace: "evil",
				name: `s${at}`,
				labels: labelsOf(`s${at}`),
				annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
			},
			type: "kubernetes.io/dockerconfigjson",
			data: {
				".dockerconfigjson": Buffer.from(
					JSON.stringify({ auths: { "r.io": { auth: "dTpw" } } }),
				).toString("base64"),
			},
		}),
	);
	let looks = 0;
	const pods = Array.from(
		{ length: count },
		(_, at): TreePodFacts => ({
			namespace: "evil",
			name: `p${at}`,
			get references() {
				looks++;
				return [`s${at}`];
			},
			images: ["r.io/app:1"],
			waits: "ErrImagePull",
		}),
	);
	const namespaces = new Map(
		["app", "shop"].map((name) => [
			name,
			{ name, uid: name, labels: {}, annotations: {}, terminating: false },
		]),
	);
	const known = { context: "", sources: new Map(), namespaces };
	const steps = treesOf({
		keys,
		known,
		pods,
		accounts: [],
		tellsMissing: () => true,
		sourceNamespace: "nginx-mesh",
	});
	return { steps, looks: () => looks };
}

test("a tree is made in steps, one at least a source and a namespace without its copy", () => {
	const { steps } = tenant(50);
	let taken = 0;
	let step = steps.next();
	for (; !step.done; step = steps.next()) taken++;
	assert.equal(taken, 50 * 3);
	const [first] = step.value.trees;
	assert.deepEqual(
		first?.namespaces.map(({ namespace, status, pods }) => [
			namespace,
			status,
			pods.length,
		]),
		[
			["app", "missing", 0],
			["evil", "Source", 50],
			["shop", "missing", 0],
		],
	);
	assert.deepEqual(first?.namespaces[1]?.pods.slice(0, 2), [
		{ name: "p0", waits: "ErrImagePull", references: true },
		{ name: "p1", waits: "ErrImagePull", references: false },
	]);
});

test("what a pod references is looked at once, not once for each of its namespace's sources", () => {
	const { steps, looks } = tenant(50);
	while (!steps.next().done);
	assert.equal(looks(), 50);
});

test("of thousands of pods and accounts, long lists are kept while they are no more than 32 megabytes together", () => {
	const kept = new Kept();
	const texts = Array.from({ length: 10_000 }, (_, at) => `n${at}`);
	const place = { namespace: "evil", name: "x" };
	const lengths = () => {
		const user = { ...place, references: texts, images: texts, waits: "x" };
		const { references, images } = keptUser(user, kept);
		const account = keptUser({ ...place, references: texts }, kept);
		return [references, images, account.references].map((one) => one.length);
	};
	for (let at = 0; at < 4; at++)
		assert.deepEqual(lengths(), [10_000, 10_000, 10_000]);
	assert.deepEqual(lengths(), [15, 15, 15]);
	assert.deepEqual([...kept.unread], [["evil", 3]]);
});

test("the registries of a source are worked out each time that they are shown", () => {
	const { steps } = tenant(2);
	let step = steps.next();
	while (!step.done) step = steps.next();
	const [tree] = step.value.trees;
	assert.equal(tree?.registries.length, 1);
	assert.notEqual(tree?.registries, tree?.registries);
	assert.deepEqual(tree?.registries, tree?.registries);
});
