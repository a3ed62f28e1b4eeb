import { distinct, groupsBy } from "../groups.ts";
import { restartOf } from "../kubelet/restart.ts";
import type { Pod, ServiceAccount } from "../objects.ts";
import { compare } from "../order.ts";
import { type Script, scriptKey } from "../output/shell.ts";

/** Pods that one object makes again, and what starts them anew. */
export interface OldPods {
	readonly namespace: string;
	readonly pods: readonly string[];
	/** None where nobody would make them again. */
	readonly scripts: readonly Script[];
}

/**
 * The running pods of an account, as it was before a pull Secret was added to
 * it, that new ones with the Secret would take the place of. A pod's list is fixed when it is made, and only a pod without one of its
 * own gets the account's: pods whose list names something else keep theirs for good.
 */
export function podsOf(account: ServiceAccount, pods: readonly Pod[]): Pod[] {
	const fromAccount = new Set(
		account.imagePullSecrets?.map(({ name }) => name),
	);
	return pods.filter(({ metadata, spec, status }) => {
		const own = spec?.imagePullSecrets?.map(({ name }) => name) ?? [];
		return (
			metadata.namespace === account.metadata.namespace &&
			metadata.deletionTimestamp === undefined &&
			(spec?.serviceAccountName ?? "default") === account.metadata.name &&
			status?.phase !== "Succeeded" &&
			status?.phase !== "Failed" &&
			own.every((name) => fromAccount.has(name))
		);
	});
}

/** By namespace and what makes them again, sorted. */
export function groupOldPods(pods: readonly Pod[]): OldPods[] {
	const restarts = pods.map((pod) => ({ pod, restart: restartOf(pod) }));
	const keyOf = ({
		pod,
		restart: { script, kind, name },
	}: (typeof restarts)[0]) =>
		// Pods by themselves make one group: nothing makes any of them again.
		`${pod.metadata.namespace} ${script === undefined ? "" : `${kind}/${name}`}`;
	const groups = groupsBy(restarts, keyOf).toSorted(([a], [b]) =>
		compare(keyOf(a), keyOf(b)),
	);
	return groups.map((group) => ({
		namespace: group[0].pod.metadata.namespace ?? "",
		pods: group.map(({ pod }) => pod.metadata.name ?? "").toSorted(),
		scripts: distinct(
			group.flatMap(({ restart: { script } }) =>
				script === undefined ? [] : [script],
			),
			scriptKey,
		),
	}));
}
