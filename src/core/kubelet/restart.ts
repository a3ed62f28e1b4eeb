import type { Pod } from "../objects.ts";
import { kubectl, objectName, type Script, sequence } from "../output/shell.ts";

/** What makes a pod again, with today's pull Secrets: a pod that is there keeps its own. */
export interface Restart {
	/** What makes it again; a Pod, itself, where nothing would, or what says that it would has a name that is none. */
	readonly kind: string;
	readonly name: string;
	/** Starts all of its pods again, or deletes this one; undefined: nothing would make it again. */
	readonly script: Script | undefined;
	/** It has a template that its pods follow. */
	readonly isRolledOut?: true;
}

const ROLLED_OUT = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/**
 * Goes by the controller that owns the pod, and sees through a Deployment's ReplicaSet. An API server
 * takes any text for an owner's kind and name: one that is no name is no controller. A StatefulSet waits
 * until each of its pods is ready before it makes any again, so one that is not has to be deleted:
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function restartOf({ metadata, status }: Pod): Restart {
	const { namespace = "", name = "", labels, ownerReferences } = metadata;
	const bare: Restart = { kind: "Pod", name, script: undefined };
	const owner = ownerReferences?.find(({ controller }) => controller);
	if (owner === undefined) return bare;
	const hash = labels?.["pod-template-hash"];
	const deployment =
		owner.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`)
			? owner.name.slice(0, -hash.length - 1)
			: undefined;
	const kind = deployment === undefined ? owner.kind : "Deployment";
	const target = objectName(deployment ?? owner.name);
	if (target === undefined || !/^[A-Za-z][A-Za-z0-9]{0,62}$/.test(kind))
		return bare;
	// Others have kinds of these names, which kubectl cannot roll out.
	const rollout =
		ROLLED_OUT.has(kind) && /^(?:apps|extensions)\//.test(owner.apiVersion);
	const isReady = status?.conditions?.some(
		(condition) => condition.type === "Ready" && condition.status === "True",
	);
	const again =
		rollout && (kind !== "StatefulSet" || isReady)
			? kubectl(
					"rollout",
					"restart",
					`${kind.toLowerCase()}/${target}`,
					"-n",
					objectName(namespace),
				)
			: kubectl("delete", "pod", objectName(name), "-n", objectName(namespace));
	if (again === undefined) return bare;
	const restart = { kind, name: target, script: again };
	return rollout ? { ...restart, isRolledOut: true } : restart;
}

/**
 * Adds a pull secret to the list in the template that a pod of the namespace is made from, beside what is there;
 * undefined where it has none that its pods follow. A strategic merge patch knows that list's entries by name:
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podspec-v1-core
 */
export function listedInTemplate(
	{ kind, name, script, isRolledOut }: Restart,
	namespace: string,
	secret: string,
): Script | undefined {
	if (!isRolledOut || objectName(secret) === undefined) return undefined;
	const spec = { imagePullSecrets: [{ name: secret }] };
	const patched = kubectl(
		"patch",
		`${kind.toLowerCase()}/${name}`,
		"-n",
		objectName(namespace),
		"-p",
		JSON.stringify({ spec: { template: { spec } } }),
	);
	// One that waits holds up the others of a StatefulSet.
	return kind === "StatefulSet" ? sequence([patched, script]) : patched;
}
