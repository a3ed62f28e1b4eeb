import { namespaces, resources } from "./resources.ts";
import type { Store } from "./store.ts";

/** Gives each new namespace its `default` ServiceAccount, as a cluster's controllers do. */
export function makeDefaultServiceAccounts(store: Store): void {
	store.subscribe(({ type, entry }) => {
		if (type === "ADDED" && entry.resource === namespaces)
			store.seed({
				kind: "ServiceAccount",
				metadata: { name: "default", namespace: entry.object.metadata.name },
			});
	});
}

/** Empties and removes each namespace as soon as it is being deleted. */
export function finalizeNamespaces(store: Store): void {
	store.subscribe(({ type, entry }) => {
		if (
			type === "MODIFIED" &&
			entry.resource === namespaces &&
			entry.object.metadata.deletionTimestamp !== undefined
		)
			finalizeNamespace(store, entry.object.metadata.name);
	});
}

/** Removes a namespace and everything in it. */
export function finalizeNamespace(store: Store, name: string): void {
	for (const resource of resources.values())
		if (resource.namespaced)
			for (const entry of store.list(resource, name)) store.remove(entry);
	const entry = store.entry(namespaces, "", name);
	if (entry !== undefined) store.remove(entry);
}
