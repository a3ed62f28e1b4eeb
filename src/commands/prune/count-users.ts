import type { Loss } from "../../core/note.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { isForbidden } from "../../errors.ts";
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
	const pods = await countNames(cluster, "Pod", scope);
	const accounts = await countNames(cluster, "ServiceAccount", scope);
	return (key) => {
		if (pods === undefined || accounts === undefined) return "hidden";
		const id = `${key.namespace}/${key.name}`;
		return { pods: pods.get(id) ?? 0, accounts: accounts.get(id) ?? 0 };
	};
}

/** How often `NAMESPACE/NAME` is in an object's imagePullSecrets; undefined where that may not be read. */
async function countNames(
	cluster: Cluster,
	kind: "Pod" | "ServiceAccount",
	scope: { namespace?: string },
): Promise<Map<string, number> | undefined> {
	const counts = new Map<string, number>();
	const count = (
		namespace: string | undefined,
		references: readonly { name?: string }[] | undefined,
	): void => {
		for (const { name } of references ?? []) {
			const id = `${namespace}/${name}`;
			counts.set(id, (counts.get(id) ?? 0) + 1);
		}
	};
	try {
		if (kind === "Pod") {
			const pages = cluster.picked("Pod", scope, ({ metadata, spec }) => ({
				namespace: metadata.namespace,
				references: spec?.imagePullSecrets,
			}));
			for await (const { items } of pages)
				for (const { namespace, references } of items)
					count(namespace, references);
		} else {
			for await (const page of cluster.pages("ServiceAccount", scope))
				for (const account of page.items)
					count(account.metadata.namespace, account.imagePullSecrets);
		}
		return counts;
	} catch (error) {
		if (isForbidden(error)) return undefined;
		throw error;
	}
}
