import { leanAccount } from "../../core/accounts/accounts.ts";
import { distinct } from "../../core/groups.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { byNamespace } from "../../core/pull-secrets/plan.ts";
import { sourceRef } from "../../core/pull-secrets/pull-secret.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { allOf } from "../read/all-of.ts";
import {
	inEach,
	lookUpNamespaces,
	namespaceMissing,
	readEach,
} from "../read/read-namespaces.ts";
import type { AccountTarget } from "./edit-accounts.ts";

/**
 * The service accounts that are meant, sorted. Where they and namespaces were named, none is listed: reading and patching
 * them is all that is needed. What a list does not find is a target all the same, to be waited for or reported.
 * `choice`: their names, or `*` for all there are; `isListed`: the namespaces were, too; `labelSelector` narrows lists.
 */
export async function findAccounts(
	cluster: Cluster,
	places: readonly string[],
	choice: readonly string[],
	isListed: boolean,
	labelSelector?: string,
): Promise<AccountTarget[]> {
	const isEvery = choice.includes("*");
	if (!isListed && isEvery) return findEvery(cluster, places, labelSelector);
	const named = isEvery
		? []
		: places.flatMap((namespace) =>
				choice.map((name) => ({ namespace, name })),
			);
	if (!isListed) return named;
	const queries: ListQuery[] = isEvery
		? [{ labelSelector }]
		: choice.map((name) => ({
				fieldSelector: `metadata.name=${name}`,
				labelSelector,
			}));
	// What a label should have found is not there for us.
	const targets: AccountTarget[] = labelSelector ? [] : [...named];
	const wanted = new Set(places);
	for (const query of queries)
		for (const account of await listAccounts(cluster, query)) {
			const target = targetOf(account);
			if (wanted.has(target.namespace)) targets.push(target);
		}
	// What was listed takes the place of its name.
	return distinct(targets, sourceRef).sort(byNamespace);
}

/** All that there are in namespaces that were named: one that is missing, or may not be looked into, holds up no other. */
async function findEvery(
	cluster: Cluster,
	places: readonly string[],
	labelSelector: string | undefined,
): Promise<AccountTarget[]> {
	const { items: accounts, refused } = await readEach(inEach(places), (scope) =>
		listAccounts(cluster, { ...scope, labelSelector }),
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
	return targets.sort(byNamespace);
}

/** Service accounts with what is needed of them. Throws what the cluster throws. */
export function listAccounts(
	cluster: Cluster,
	query: ListQuery,
): Promise<ServiceAccount[]> {
	const pages = cluster.picked("ServiceAccount", query, leanAccount);
	return allOf(pages, (account) => account);
}

/** An account that was listed. */
export function targetOf(listed: ServiceAccount): AccountTarget {
	const { namespace = "", name = "" } = listed.metadata;
	return { namespace, name, listed };
}
