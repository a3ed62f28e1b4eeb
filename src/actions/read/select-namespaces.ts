import type { LabelSelector } from "../../core/pull-secrets/label-selector.ts";
import { isSystemNamespace } from "../../core/pull-secrets/namespace-facts.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { listNamespaces } from "./read-namespaces.ts";

/** Which namespaces a command line means. */
export type Selection =
	| { readonly by: "names"; readonly names: readonly string[] }
	| { readonly by: "all" }
	| { readonly by: "selector"; readonly selector: LabelSelector };

/** A namespace that was selected. */
export interface NamespaceTarget {
	readonly namespace: string;
	/** It is being deleted: nothing can be created there. Unknown, and false, where namespaces were named. */
	readonly terminating: boolean;
}

/**
 * The namespaces that are meant, sorted. Named ones are not looked up: a Role in them is all that is needed. What `gives`
 * means a system namespace only by its name; what takes back, wherever that was given.
 */
export async function selectNamespaces(
	selection: Selection,
	gives: boolean,
	cluster: Cluster,
): Promise<NamespaceTarget[]> {
	if (selection.by === "names")
		return selection.names
			.toSorted()
			.map((namespace) => ({ namespace, terminating: false }));
	const listed = await listNamespaces(cluster, labelQuery(selection));
	return [...listed.values()]
		.filter(({ name }) => !gives || !isSystemNamespace(name))
		.map(({ name, terminating }) => ({ namespace: name, terminating }));
}

/** How namespaces are listed where a selection, or a rule of a record, means those with labels. */
export function labelQuery({
	selector,
}: {
	readonly by: string;
	readonly selector?: LabelSelector;
}): ListQuery {
	return { labelSelector: selector?.text };
}
