import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restartOf } from "../../../src/core/kubelet/restart.ts";
import { commandLine } from "../../../src/report/command-line.ts";
import { pasted } from "../../support/command-context.ts";

const pod = (
	owner: { kind: string; name: string; controller?: boolean } | undefined,
	labels: Record<string, string> = {},
) => ({
	metadata: {
		namespace: "app",
		name: "web-5d9-x2x4b",
		labels,
		ownerReferences: owner
			? [{ apiVersion: "v1", uid: "1", controller: true, ...owner }]
			: [],
	},
});

describe("what makes a pod again", () => {
	const hash = { "pod-template-hash": "5d9" };
	const deletion = "kubectl delete pod web-5d9-x2x4b -n app";
	const rows: [
		what: string,
		given: ReturnType<typeof pod>,
		target: string,
		command?: string,
	][] = [
		[
			"a Deployment",
			pod({ kind: "ReplicaSet", name: "web-5d9" }, hash),
			"rollout Deployment/web",
			"kubectl rollout restart deployment/web -n app",
		],
		[
			"a ReplicaSet alone",
			pod({ kind: "ReplicaSet", name: "web" }),
			"delete ReplicaSet/web",
			deletion,
		],
		[
			"a StatefulSet",
			pod({ kind: "StatefulSet", name: "db" }),
			"rollout StatefulSet/db",
			"kubectl rollout restart statefulset/db -n app",
		],
		[
			"a DaemonSet",
			pod({ kind: "DaemonSet", name: "agent" }),
			"rollout DaemonSet/agent",
			"kubectl rollout restart daemonset/agent -n app",
		],
		["a Job", pod({ kind: "Job", name: "once" }), "delete Job/once", deletion],
		["nobody", pod(undefined), "none Pod/web-5d9-x2x4b"],
		[
			"an owner that does not control it",
			pod({ kind: "Job", name: "once", controller: false }),
			"none Pod/web-5d9-x2x4b",
		],
		[
			"an owner whose name is none",
			pod({ kind: "Deployment", name: "web;touch y" }),
			"none Pod/web-5d9-x2x4b",
		],
		[
			"an owner whose kind is none",
			pod({ kind: "Job;touch y", name: "web" }),
			"none Pod/web-5d9-x2x4b",
		],
	];
	for (const [what, given, target, command] of rows)
		it(what, () => {
			const restart = restartOf(given);
			assert.equal(`${restart.how} ${restart.kind}/${restart.name}`, target);
			assert.equal(
				restart.how === "none"
					? undefined
					: commandLine(restart.script, pasted()),
				command,
			);
		});
});
