import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restartOf } from "../../../src/core/kubelet/restart.ts";
import type { Pod } from "../../../src/core/objects.ts";
import { commandLine } from "../../../src/report/command-line.ts";
import { pasted } from "../../support/command-context.ts";

interface Owner {
	kind: string;
	name: string;
	controller?: boolean;
	apiVersion?: string;
}

const pod = (
	owner: Owner | undefined,
	labels: Record<string, string> = {},
	status: Pod["status"] = { conditions: [{ type: "Ready", status: "True" }] },
): Pod => ({
	status,
	metadata: {
		namespace: "app",
		name: "web-5d9-x2x4b",
		labels,
		ownerReferences: owner
			? [{ apiVersion: "apps/v1", uid: "1", controller: true, ...owner }]
			: [],
	},
});

describe("what makes a pod again", () => {
	const hash = { "pod-template-hash": "5d9" };
	const deletion = "kubectl delete pod web-5d9-x2x4b -n app";
	const rows: [what: string, given: Pod, target: string, command?: string][] = [
		[
			"a Deployment",
			pod({ kind: "ReplicaSet", name: "web-5d9" }, hash),
			"Deployment/web",
			"kubectl rollout restart deployment/web -n app",
		],
		[
			"a Deployment, whatever its pod does",
			pod({ kind: "ReplicaSet", name: "web-5d9" }, hash, {}),
			"Deployment/web",
			"kubectl rollout restart deployment/web -n app",
		],
		[
			"a Deployment of an older API",
			pod(
				{
					apiVersion: "extensions/v1beta1",
					kind: "ReplicaSet",
					name: "web-5d9",
				},
				hash,
			),
			"Deployment/web",
			"kubectl rollout restart deployment/web -n app",
		],
		[
			"a ReplicaSet whose name has another hash",
			pod({ kind: "ReplicaSet", name: "web-6e0" }, hash),
			"ReplicaSet/web-6e0",
			deletion,
		],
		[
			"a ReplicaSet of a pod without a hash",
			pod({ kind: "ReplicaSet", name: "web-undefined" }),
			"ReplicaSet/web-undefined",
			deletion,
		],
		[
			"another kind whose name has the hash",
			pod(
				{ apiVersion: "argoproj.io/v1", kind: "Rollout", name: "web-5d9" },
				hash,
			),
			"Rollout/web-5d9",
			deletion,
		],
		[
			"a ReplicaSet alone",
			pod({ kind: "ReplicaSet", name: "web" }),
			"ReplicaSet/web",
			deletion,
		],
		[
			"a StatefulSet",
			pod({ kind: "StatefulSet", name: "db" }),
			"StatefulSet/db",
			"kubectl rollout restart statefulset/db -n app",
		],
		[
			"a StatefulSet, which does nothing before a pod that waits is deleted",
			pod({ kind: "StatefulSet", name: "db" }, {}, { phase: "Pending" }),
			"StatefulSet/db",
			deletion,
		],
		[
			"a StatefulSet, and a pod that runs and is not ready",
			pod(
				{ kind: "StatefulSet", name: "db" },
				{},
				{
					conditions: [
						{ type: "Initialized", status: "True" },
						{ type: "Ready", status: "False" },
					],
				},
			),
			"StatefulSet/db",
			deletion,
		],
		[
			"a kind of the same name that kubectl cannot roll out",
			pod({
				apiVersion: "apps.kruise.io/v1beta1",
				kind: "StatefulSet",
				name: "db",
			}),
			"StatefulSet/db",
			deletion,
		],
		[
			"the same where its group only ends so",
			pod({ apiVersion: "my.apps/v1", kind: "StatefulSet", name: "db" }),
			"StatefulSet/db",
			deletion,
		],
		...["K", "k8sJob", `K${"9".repeat(62)}`].map(
			(kind): [string, Pod, string, string] => [
				`a ${kind}`,
				pod({ apiVersion: "x.io/v1", kind, name: "x" }),
				`${kind}/x`,
				deletion,
			],
		),
		[
			"a kind that is too long for one",
			pod({ apiVersion: "x.io/v1", kind: `K${"9".repeat(63)}`, name: "x" }),
			"Pod/web-5d9-x2x4b",
		],
		[
			"a pod without a name",
			{
				metadata: {
					ownerReferences: [
						{
							apiVersion: "batch/v1",
							kind: "Job",
							name: "once",
							uid: "1",
							controller: true,
						},
					],
				},
			},
			"Pod/",
		],
		[
			"a DaemonSet",
			pod({ kind: "DaemonSet", name: "agent" }),
			"DaemonSet/agent",
			"kubectl rollout restart daemonset/agent -n app",
		],
		[
			"a Job",
			pod({ apiVersion: "batch/v1", kind: "Job", name: "once" }),
			"Job/once",
			deletion,
		],
		["nobody", pod(undefined), "Pod/web-5d9-x2x4b"],
		[
			"an owner that does not control it",
			pod({ kind: "Job", name: "once", controller: false }),
			"Pod/web-5d9-x2x4b",
		],
		[
			"an owner whose name is none",
			pod({ kind: "Deployment", name: "web;touch y" }),
			"Pod/web-5d9-x2x4b",
		],
		[
			"an owner whose kind is none",
			pod({ kind: "Job;touch y", name: "web" }),
			"Pod/web-5d9-x2x4b",
		],
	];
	for (const [what, given, target, command] of rows)
		it(what, () => {
			const restart = restartOf(given);
			assert.equal(`${restart.kind}/${restart.name}`, target);
			assert.equal(
				restart.script === undefined
					? undefined
					: commandLine(restart.script, pasted()),
				command,
			);
		});
});
