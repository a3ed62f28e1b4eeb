import {
	type NamespaceFacts,
	namespaceFacts,
} from "../../core/pull-secrets/namespace-facts.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** What is known of a Namespace: "unknown" where this user may not read it. Throws what else the cluster throws. */
export async function readNamespace(
	cluster: Cluster,
	name: string,
): Promise<NamespaceKnowledge> {
	try {
		return namespaceFacts(await cluster.read("Namespace", { name }));
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) return "gone";
		if (error instanceof ApiError && error.status === 403) return "unknown";
		throw error;
	}
}

/** The Namespaces that a query selects, sorted, in the little that is needed of each. Throws what the cluster throws. */
export async function listNamespaces(
	cluster: Cluster,
	query: ListQuery = {},
): Promise<NamespaceFacts[]> {
	const found: NamespaceFacts[] = [];
	const pages = cluster.pages("Namespace", namespaceQuery(query));
	for await (const { items } of pages) found.push(...items.map(namespaceFacts));
	return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** How Namespaces are listed. */
export function namespaceQuery(query: ListQuery = {}): ListQuery {
	return { ...query, metadataOnly: true };
}
