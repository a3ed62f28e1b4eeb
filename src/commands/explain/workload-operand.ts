/** What can be named instead of an image, as Kubernetes spells it. */
export type WorkloadKind =
	| "Pod"
	| "Deployment"
	| "StatefulSet"
	| "DaemonSet"
	| "ReplicaSet"
	| "Job"
	| "CronJob";

/** kubectl's names for them. */
const KINDS: ReadonlyMap<string, WorkloadKind> = new Map(
	(
		[
			["Pod", "pod pods po"],
			["Deployment", "deployment deployments deploy"],
			["StatefulSet", "statefulset statefulsets sts"],
			["DaemonSet", "daemonset daemonsets ds"],
			["ReplicaSet", "replicaset replicasets rs"],
			["Job", "job jobs"],
			["CronJob", "cronjob cronjobs cj"],
		] as const
	).flatMap(([kind, names]) =>
		names.split(" ").map((name): [string, WorkloadKind] => [name, kind]),
	),
);

/**
 * `deploy/web`: a kind that kubectl knows, and a name; undefined for an image. An image of Docker Hub
 * whose user bears such a name is written in full, `docker.io/deploy/web`.
 */
export function workloadNamed(
	operand: string,
): { readonly kind: WorkloadKind; readonly name: string } | undefined {
	const [kindName = "", name, ...rest] = operand.split("/");
	const kind = KINDS.get(kindName);
	return kind === undefined || name === undefined || rest.length > 0
		? undefined
		: { kind, name };
}
