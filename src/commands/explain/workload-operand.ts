import { restartOf } from "../../core/kubelet/restart.ts";
import type { Pod } from "../../core/objects.ts";
import { isObjectName } from "../../core/output/shell.ts";

/** What can be named instead of an image, as Kubernetes spells it, and kubectl's names for it. */
const KINDS = {
	Pod: "pod pods po",
	Deployment: "deployment deployments deploy",
	StatefulSet: "statefulset statefulsets sts",
	DaemonSet: "daemonset daemonsets ds",
	ReplicaSet: "replicaset replicasets rs",
	Job: "job jobs",
	CronJob: "cronjob cronjobs cj",
} as const;

/**
 * Other types that kubectl takes before a name, of a cluster without more and of what commonly makes pods, in one of
 * their spellings each: what is meant is no image of Docker Hub.
 */
const OTHER_TYPES: ReadonlySet<string> = new Set(
	"service svc replicationcontroller rc podtemplate serviceaccount sa secret configmap cm namespace ns node no persistentvolumeclaim pvc ingress ing endpoint ep event ev horizontalpodautoscaler hpa poddisruptionbudget pdb rollout ro cloneset deploymentconfig dc ksvc".split(
		" ",
	),
);

type WorkloadKind = keyof typeof KINDS;

/** Their API groups, as `kubectl get -o name` writes them behind a kind. */
const GROUPS: ReadonlySet<string> = new Set(["", "apps", "batch"]);
const OTHER_GROUPS: ReadonlySet<string> = new Set([
	...GROUPS,
	"argoproj.io",
	"apps.kruise.io",
	"apps.openshift.io",
	"serving.knative.dev",
]);

/** What is named instead of an image. */
export interface Workload {
	readonly kind: WorkloadKind;
	readonly name: string;
}

/** Whether pods of such a kind can be explained. */
function isWorkloadKind(kind: string): kind is WorkloadKind {
	return Object.hasOwn(KINDS, kind);
}

/**
 * `deploy/web`, `deployment.apps/web`, `deployments.v1.apps/web`: a kind as kubectl takes it, in any letter
 * case, and a name; undefined for an image. An image of Docker Hub whose user bears such a name is written in full,
 * `docker.io/deploy/web`.
 */
export function workloadNamed(operand: string): Workload | undefined {
	const { type, group, name } = typeIn(operand);
	if (name === undefined || !GROUPS.has(group)) return undefined;
	const kind = Object.keys(KINDS)
		.filter(isWorkloadKind)
		.find((one) => KINDS[one].split(" ").includes(type));
	return kind && { kind, name };
}

/** Whether an operand is an object of kubectl's whose pods are not to be found by it: `svc/web`, `rollouts.argoproj.io/web`. */
export function isOtherObject(operand: string): boolean {
	const { type, group, name = "" } = typeIn(operand);
	return (
		isObjectName(name) &&
		OTHER_GROUPS.has(group) &&
		[type, type.replace(/s$/, ""), type.replace(/es$/, "")].some((one) =>
			OTHER_TYPES.has(one),
		)
	);
}

/** An operand as `TYPE/NAME`; `name` undefined: it is none. */
function typeIn(operand: string) {
	const [word = "", name, ...rest] = operand.split("/");
	const [type = "", ...parts] = word.toLowerCase().split(".");
	const group = parts.filter((part, at) => at > 0 || !/^v\d/.test(part));
	return {
		type,
		group: group.join("."),
		name: rest.length > 0 ? undefined : name,
	};
}

/** A pod and what makes it, as far as it can be explained: a ReplicaSet and its Deployment, a Job and the CronJob that its name speaks of. */
export function workloadsOf(pod: Pod): Workload[] {
	const { name = "", ownerReferences = [] } = pod.metadata;
	const owner = ownerReferences.find(({ controller }) => controller);
	const made = restartOf(pod);
	const cronJob =
		made.kind === "Job" ? /^(.+)-[0-9]+$/.exec(made.name)?.[1] : undefined;
	return [
		{ kind: "Pod", name },
		made,
		...(owner?.kind === "ReplicaSet" && isObjectName(owner.name)
			? [owner]
			: []),
		...(cronJob === undefined ? [] : [{ kind: "CronJob", name: cronJob }]),
	].filter((one): one is Workload => isWorkloadKind(one.kind));
}
