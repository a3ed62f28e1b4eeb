import type { Pod } from "../objects.ts";

/** What makes a pod anew, with today's pull Secrets: a pod that is there keeps its own. */
export type Restart = {
	/** The object that makes the pod again, `deployment/web`; the pod itself where nothing would. */
	readonly target: string;
	/** One line; undefined for a pod that nobody would make again. */
	readonly command: string | undefined;
};

const ROLLED_OUT = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** Goes by the controller that owns the pod, and sees through a Deployment's ReplicaSet. */
export function restartOf({ metadata }: Pod): Restart {
	const { namespace = "", name = "", labels, ownerReferences } = metadata;
	const owner = ownerReferences?.find(({ controller }) => controller);
	if (owner === undefined) return { target: `pod/${name}`, command: undefined };
	const hash = labels?.["pod-template-hash"];
	const deployment =
		owner.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`)
			? owner.name.slice(0, -hash.length - 1)
			: undefined;
	const kind = deployment === undefined ? owner.kind : "Deployment";
	const target = `${kind.toLowerCase()}/${deployment ?? owner.name}`;
	return ROLLED_OUT.has(kind)
		? {
				target,
				command: `kubectl rollout restart ${target} -n ${namespace}`,
			}
		: { target, command: `kubectl delete pod ${name} -n ${namespace}` };
}
