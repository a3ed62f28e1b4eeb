import { allOf } from "../../actions/read/all-of.ts";
import { scopesOf } from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import type { ObjectOf } from "../../core/objects.ts";
import { accountFacts, podFacts } from "../../core/pull-secrets/tree.ts";
import { isForbidden } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** The pods and accounts that may reference pull secrets, of all namespaces where none is named. What may not be listed is told, and left out. */
export async function readUsers(
	cluster: Cluster,
	namespaces: readonly string[],
	world: Pick<World, "emit">,
) {
	const scopes = scopesOf(namespaces);
	const listed = async <K extends "Pod" | "ServiceAccount", Item>(
		kind: K,
		pick: (object: ObjectOf[K]) => Item | undefined,
	): Promise<Item[]> => {
		const lists: Item[][] = [];
		try {
			for (const scope of scopes) {
				const pages = cluster.picked(kind, scope, pick);
				lists.push(await allOf(pages, (user) => user ?? []));
			}
			return lists.flat();
		} catch (error) {
			if (!isForbidden(error)) throw error;
			warn(world, { cause: "users-unlisted", kind });
			return [];
		}
	};
	const [pods, accounts] = await Promise.all([
		listed("Pod", podFacts),
		listed("ServiceAccount", accountFacts),
	]);
	return { pods, accounts };
}
