import { isObject, type KubeObject } from "./objects.ts";
import {
	namespaces,
	qualified,
	type Resource,
	serviceAccounts,
} from "./resources.ts";
import { refuse } from "./statuses.ts";
import type { Store } from "./store.ts";

/** Throws where nothing can be created in a namespace: 404 without one, 403 in one that is being deleted. */
export function checkNamespace(
	store: Store,
	resource: Resource,
	namespace: string,
	name: string,
): void {
	const entry = store.entry(namespaces, "", namespace);
	if (entry === undefined)
		throw refuse.notFound(qualified(namespaces), namespace);
	if (entry.object.metadata.deletionTimestamp === undefined) return;
	throw refuse.forbidden(
		qualified(resource),
		name,
		`unable to create new content in namespace ${namespace} because it is being terminated`,
		[
			{
				reason: "NamespaceTerminating",
				message: `namespace ${namespace} is being terminated`,
				field: "metadata.namespace",
			},
		],
	);
}

/** Namespaces that the API server refuses to delete. */
export const protectedNamespaces: ReadonlySet<string> = new Set([
	"default",
	"kube-system",
	"kube-public",
]);

/**
 * What a pod takes from its service account: the account must exist, and its
 * imagePullSecrets are copied into a pod that has none of its own.
 */
export function completePod(store: Store, pod: KubeObject): void {
	const { name, namespace = "" } = pod.metadata;
	const spec = isObject(pod.spec) ? pod.spec : {};
	const account = String(spec.serviceAccountName);
	const entry = store.entry(serviceAccounts, namespace, account);
	if (entry === undefined)
		throw refuse.forbidden(
			"pods",
			name,
			`error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
		);
	const inherited = entry.object.imagePullSecrets;
	if (spec.imagePullSecrets === undefined && inherited !== undefined)
		pod.spec = { ...spec, imagePullSecrets: inherited };
}
