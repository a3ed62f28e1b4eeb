import { leanAccount } from "../../core/accounts/accounts.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { compare } from "../../core/order.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { allOf } from "../read/all-of.ts";
import { namespaceMissing } from "../read/missing-namespace.ts";
import { inEach, lookUpNamespaces, readEach } from "../read/read-namespaces.ts";
import type { NamespaceTarget, Selection } from "../read/select-namespaces.ts";
import type { AccountTarget } from "./edit-accounts.ts";

/**
 * The service accounts that are meant, sorted. In namespaces that were named,
 * accounts that were named are not listed: reading and patching them is all that
 * is needed. Elsewhere one list does for all, which has what it finds; what it
 * does not find is a target all the same, to be waited for or reported.
 * `choice`: their names, or `*` for all there are. `labelSelector` narrows what is looked for in lists.
 */
export async function findAccounts(
	cluster: Cluster,
	selection: Selection,
	namespaces: readonly NamespaceTarget[],
	choice: readonly string[],
	labelSelector?: string,
): Promise<AccountTarget[]> {
	const places = namespaces
		.filter(({ terminating }) => !terminating)
		.map(({ namespace }) => namespace);
	const named = choice.includes("*") ? undefined : choice;
	if (selection.by === "names")
		return named === undefined
			? findEvery(cluster, places, labelSelector)
			: places.flatMap((namespace) =>
					named.map((name) => ({ namespace, name })),
				);
	const queries: ListQuery[] = named?.map((name) => ({
		fieldSelector: `metadata.name=${name}`,
	})) ?? [{}];
	const wanted = new Set(places);
	const found = new Map<string, AccountTarget>();
	for (const query of queries)
		for (const account of await listAccounts(cluster, query, labelSelector)) {
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
	return inOrder(found.values());
}

/** All that there are in namespaces that were named: one that is missing, or may not be looked into, holds up no other. */
async function findEvery(
	cluster: Cluster,
	places: readonly string[],
	labelSelector: string | undefined,
): Promise<AccountTarget[]> {
	const { items: accounts, refused } = await readEach(inEach(places), (scope) =>
		listAccounts(cluster, scope, labelSelector),
	);
	const targets: AccountTarget[] = accounts.map(targetOf);
	const filled = new Set(targets.map(({ namespace }) => namespace));
	// A list of what is not there is empty.
	const empty = places.filter(
		(name) => !filled.has(name) && !refused.has(name),
	);
	const { known } = await lookUpNamespaces(cluster, empty);
	for (const [name, facts] of known) {
		const missing = facts === "gone" && (await namespaceMissing(name, cluster));
		if (missing) refused.set(name, missing);
	}
	for (const [namespace, unlisted] of refused)
		targets.push({ namespace, name: "*", unlisted });
	return inOrder(targets);
}

/** Service accounts with what is needed of them. Throws what the cluster throws. */
export function listAccounts(
	cluster: Cluster,
	query: ListQuery,
	labelSelector?: string,
): Promise<ServiceAccount[]> {
	const narrowed = { ...query, labelSelector };
	const pages = cluster.picked("ServiceAccount", narrowed, leanAccount);
	return allOf(pages, (account) => account);
}

function inOrder(targets: Iterable<AccountTarget>): AccountTarget[] {
	return [...targets].sort((a, b) => compare(idOf(a), idOf(b)));
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
