import { scopesOf } from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import {
	type AccountFacts,
	accountFacts,
	podFacts,
	type TreePodFacts,
} from "../../core/pull-secrets/tree.ts";
import { isForbidden } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** Who references pull secrets. */
interface Users {
	readonly pods: readonly TreePodFacts[];
	readonly accounts: readonly AccountFacts[];
}

/** Reads pods and accounts, of all namespaces where none is named. What may not be listed is told, and left out. */
export async function readUsers(
	cluster: Cluster,
	namespaces: readonly string[],
	world: Pick<World, "emit">,
): Promise<Users> {
	const scopes = scopesOf(namespaces);
	const pods = unlessHidden("Pod", world, async () => {
		const found: TreePodFacts[] = [];
		for (const scope of scopes)
			for await (const { items } of cluster.picked("Pod", scope, podFacts))
				for (const pod of items) if (pod !== undefined) found.push(pod);
		return found;
	});
	const accounts = unlessHidden("ServiceAccount", world, async () => {
		const found: AccountFacts[] = [];
		for (const scope of scopes)
			for await (const { items } of cluster.picked(
				"ServiceAccount",
				scope,
				accountFacts,
			))
				for (const account of items)
					if (account !== undefined) found.push(account);
		return found;
	});
	const [foundPods, foundAccounts] = await Promise.all([pods, accounts]);
	return { pods: foundPods, accounts: foundAccounts };
}

async function unlessHidden<Item>(
	kind: "Pod" | "ServiceAccount",
	world: Pick<World, "emit">,
	list: () => Promise<Item[]>,
): Promise<Item[]> {
	try {
		return await list();
	} catch (error) {
		if (!isForbidden(error)) throw error;
		warn(world, { cause: "users-unlisted", kind });
		return [];
	}
}
