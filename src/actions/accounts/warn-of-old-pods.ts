import { groupOldPods, podsOf } from "../../core/accounts/old-pods.ts";
import type { Pod, ServiceAccount } from "../../core/objects.ts";
import { isFatal } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { warn } from "../tell.ts";

/** Up to so many namespaces are asked for their pods one by one; beyond, one list of all is cheaper. */
const ASKED_SINGLY = 20;

/** So many are told with what starts them anew: more would bury what was done, and owners are what a pod claims. */
const TOLD_SINGLY = 20;

/** Says which running pods of these accounts, as they were before the key was added, keep their old pull Secrets. */
export async function warnOfOldPods(
	cluster: Cluster,
	accounts: readonly ServiceAccount[],
	world: Pick<World, "emit">,
): Promise<void> {
	const byNamespace = Map.groupBy(
		accounts,
		({ metadata }) => metadata.namespace ?? "",
	);
	const scopes =
		byNamespace.size > ASKED_SINGLY
			? [{}]
			: [...byNamespace.keys()].map((namespace) => ({ namespace }));
	const old: Pod[] = [];
	let unread: { readonly error: unknown } | undefined;
	for (const scope of scopes)
		try {
			for await (const { items } of cluster.pages("Pod", scope)) {
				const pods = Map.groupBy(
					items,
					({ metadata }) => metadata.namespace ?? "",
				);
				for (const [namespace, group] of pods)
					for (const account of byNamespace.get(namespace) ?? [])
						for (const pod of podsOf(account, group)) old.push(pod);
			}
		} catch (error) {
			if (isFatal(error)) throw error;
			unread ??= { error };
		}
	if (unread !== undefined)
		warn(world, { cause: "pods-older-unknown", ...unread });
	const groups = groupOldPods(old);
	for (const group of groups.slice(0, TOLD_SINGLY))
		warn(world, { cause: "pods-older", ...group });
	const more = groups.slice(TOLD_SINGLY);
	if (more.length > 0)
		warn(world, {
			cause: "more-pods-older",
			pods: more.reduce((sum, { pods }) => sum + pods.length, 0),
			namespaces: [...new Set(more.map(({ namespace }) => namespace))],
		});
}
