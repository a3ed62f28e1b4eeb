import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restartOf } from "../../../src/core/kubelet/restart.ts";

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

describe("what makes a pod anew", () => {
	const hash = { "pod-template-hash": "5d9" };
	const rows: [
		what: string,
		given: ReturnType<typeof pod>,
		target: string,
		command?: string,
	][] = [
		[
			"a Deployment",
			pod({ kind: "ReplicaSet", name: "web-5d9" }, hash),
			"deployment/web",
			"kubectl rollout restart deployment/web -n app",
		],
		[
			"a ReplicaSet alone",
			pod({ kind: "ReplicaSet", name: "web" }),
			"replicaset/web",
			"kubectl delete pod web-5d9-x2x4b -n app",
		],
		[
			"a StatefulSet",
			pod({ kind: "StatefulSet", name: "db" }),
			"statefulset/db",
			"kubectl rollout restart statefulset/db -n app",
		],
		[
			"a DaemonSet",
			pod({ kind: "DaemonSet", name: "agent" }),
			"daemonset/agent",
			"kubectl rollout restart daemonset/agent -n app",
		],
		[
			"a Job",
			pod({ kind: "Job", name: "once" }),
			"job/once",
			"kubectl delete pod web-5d9-x2x4b -n app",
		],
		["nobody", pod(undefined), "pod/web-5d9-x2x4b"],
		[
			"an owner that does not control it",
			pod({ kind: "Job", name: "once", controller: false }),
			"pod/web-5d9-x2x4b",
		],
	];
	for (const [what, given, target, command] of rows)
		it(what, () => assert.deepEqual(restartOf(given), { target, command }));
});
