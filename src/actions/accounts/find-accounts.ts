import { leanAccount } from "../../core/accounts/accounts.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { compare } from "../../core/order.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import type { NamespaceTarget, Selection } from "../read/select-namespaces.ts";
import type { AccountTarget } from "./edit-accounts.ts";

/** Which service accounts of the selected namespaces are meant. */
export type AccountChoice =
	| { readonly by: "names"; readonly names: readonly string[] }
	| { readonly by: "all" };

/**
 * The service accounts that are meant, sorted. In namespaces that were named,
 * accounts that were named are not listed: reading and patching them is all that
 * is needed. Elsewhere one list does for all, which has what it finds; what it
 * does not find is a target all the same, to be waited for or reported.
 * `labelSelector` narrows what is looked for in lists.
 */
export async function findAccounts(
	cluster: Cluster,
	selection: Selection,
	namespaces: readonly NamespaceTarget[],
	choice: AccountChoice,
	labelSelector?: string,
): Promise<AccountTarget[]> {
	const places = namespaces
		.filter(({ terminating }) => !terminating)
		.map(({ namespace }) => namespace);
	const named = choice.by === "names" ? choice.names : undefined;
	if (selection.by === "names" && named !== undefined)
		return places.flatMap((namespace) =>
			named.map((name) => ({ namespace, name })),
		);
	const queries: ListQuery[] =
		selection.by === "names"
			? places.map((namespace) => ({ namespace }))
			: (named?.map((name) => ({ fieldSelector: `metadata.name=${name}` })) ?? [
					{},
				]);
	const wanted = new Set(places);
	const found = new Map<string, AccountTarget>();
	for (const query of queries)
		for await (const { items } of cluster.picked(
			"ServiceAccount",
			{
				...query,
				...(labelSelector !== undefined && { labelSelector }),
			},
			leanAccount,
		))
			for (const account of items) {
				const target = targetOf(account);
				if (wanted.has(target.namespace)) found.set(idOf(target), target);
			}
	// What a label should have found is not there for us.
	if (labelSelector === undefined)
		for (const namespace of places)
			for (const name of named ?? []) {
				const target = { namespace, name };
				if (!found.has(idOf(target))) found.set(idOf(target), target);
			}
	return [...found.values()].toSorted((a, b) => compare(idOf(a), idOf(b)));
}

/** An account that was listed. */
export function targetOf(listed: ServiceAccount): AccountTarget {
	const { namespace = "", name = "" } = listed.metadata;
	return { namespace, name, listed };
}

/** Sorts by namespace, then name: a space comes before all that names are made of. */
function idOf({ namespace, name }: AccountTarget): string {
	return `${namespace} ${name}`;
}
