import { type Kind, RESOURCES } from "../../../core/objects.ts";
import type { ListQuery, ObjectRef, WriteOptions } from "../../../world.ts";

export const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** `/api/v1/namespaces/NS/secrets`; without a namespace those of all of them. */
export function collectionPath(kind: Kind, namespace?: string): string {
	const { apiVersion, plural, namespaced } = RESOURCES[kind];
	const root = apiVersion.includes("/") ? "/apis" : "/api";
	const within =
		namespace === undefined || !namespaced
			? ""
			: `/namespaces/${encodeURIComponent(namespace)}`;
	return `${root}/${apiVersion}${within}/${plural}`;
}

/** Where one object is. `ref`: without a namespace where the kind has none. */
export function objectPath(kind: Kind, ref: ObjectRef): string {
	return `${collectionPath(kind, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

/** Whose field each written one becomes, and whether it is stored at all. */
export function writeQuery(options: WriteOptions = {}): string {
	return `?fieldManager=kubectl-meshreg${options.dryRun ? "&dryRun=All" : ""}`;
}

/** The query of a list: its selectors, and `more`, such as `limit` and `continue`. */
export function listQuery(
	query: ListQuery,
	more: Readonly<Record<string, string>>,
): string {
	return `?${new URLSearchParams({
		...(query.labelSelector && { labelSelector: query.labelSelector }),
		...(query.fieldSelector && { fieldSelector: query.fieldSelector }),
		...more,
	})}`;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables and below */
export function acceptOf(query: ListQuery, shape: "List" | "Object"): string {
	if (!query.metadataOnly) return "application/json";
	const as =
		shape === "List" ? "PartialObjectMetadataList" : "PartialObjectMetadata";
	return `application/json;as=${as};v=v1;g=meta.k8s.io,application/json`;
}
