import { namesOf } from "../../core/kubelet/pod-secrets.ts";
import type { Loss } from "../../core/note.ts";
import type { ObjectOf } from "../../core/objects.ts";
import {
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { unlessForbidden } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/** How many pods and service accounts reference each of these pull secrets, for the question before a deletion. */
export async function countUsers(
	cluster: Cluster,
	keys: readonly PullSecret[],
): Promise<(key: PullSecret) => Exclude<Loss["users"], undefined>> {
	const namespaces = new Set(keys.map(({ namespace }) => namespace));
	const [only, ...others] = namespaces;
	if (only === undefined) return () => ({ pods: 0, accounts: 0 });
	const scope = others.length === 0 ? { namespace: only } : {};
	const asked = new Set(keys.map(sourceRef));
	// Of others, whoever writes a pod names any number.
	const counted = async <K extends "Pod" | "ServiceAccount">(
		kind: K,
		owner: (object: ObjectOf[K]) => Parameters<typeof namesOf>[0],
	) => {
		const pages = cluster.picked(kind, scope, (object) =>
			namesOf(owner(object))
				.map((name) => `${object.metadata.namespace}/${name}`)
				.filter((id) => asked.has(id)),
		);
		const counts = new Map<string, number>();
		for await (const { items } of pages)
			for (const id of items.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
		return counts;
	};
	const pods = await unlessForbidden(counted("Pod", ({ spec }) => spec));
	const accounts = await unlessForbidden(
		counted("ServiceAccount", (account) => account),
	);
	return (key) => {
		if (pods === undefined || accounts === undefined) return "hidden";
		const id = sourceRef(key);
		return { pods: pods.get(id) ?? 0, accounts: accounts.get(id) ?? 0 };
	};
}
