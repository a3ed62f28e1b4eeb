import { namesOf } from "../../core/kubelet/pod-secrets.ts";
import type { Loss } from "../../core/note.ts";
import type { ObjectOf } from "../../core/objects.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { unlessForbidden } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/** How many pods and service accounts reference each of these pull secrets, for the question before a deletion. */
export async function countUsers(
	cluster: Cluster,
	keys: readonly PullSecret[],
): Promise<(key: PullSecret) => Exclude<Loss["users"], undefined>> {
	const namespaces = new Set(keys.map(({ namespace }) => namespace));
	const [only, ...others] = namespaces;
	const scope =
		only !== undefined && others.length === 0 ? { namespace: only } : {};
	const pods = await countNames(cluster, "Pod", scope, ({ spec }) => spec);
	const accounts = await countNames(
		cluster,
		"ServiceAccount",
		scope,
		(account) => account,
	);
	return (key) => {
		if (pods === undefined || accounts === undefined) return "hidden";
		const id = `${key.namespace}/${key.name}`;
		return { pods: pods.get(id) ?? 0, accounts: accounts.get(id) ?? 0 };
	};
}

/** How often `NAMESPACE/NAME` is in an object's imagePullSecrets; undefined where that may not be read. */
function countNames<K extends "Pod" | "ServiceAccount">(
	cluster: Cluster,
	kind: K,
	scope: { namespace?: string },
	owner: (object: ObjectOf[K]) => Parameters<typeof namesOf>[0],
): Promise<Map<string, number> | undefined> {
	const pages = cluster.picked(kind, scope, (object) =>
		namesOf(owner(object)).map(
			(name) => `${object.metadata.namespace}/${name}`,
		),
	);
	const count = async () => {
		const counts = new Map<string, number>();
		for await (const { items } of pages)
			for (const id of items.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
		return counts;
	};
	return unlessForbidden(count());
}
