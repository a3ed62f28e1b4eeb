import { nearest, nearestOfEach } from "../../core/command-line/nearest.ts";
import type { Kind } from "../../core/objects.ts";
import { remembered } from "../../core/remembered.ts";
import { ApiError, isNamespaceMissing } from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { allOf } from "./all-of.ts";

/**
 * The existing namespaces that these, which do not exist, most likely mean, by theirs; without those that
 * none is near to, and none at all where they may not be listed or too many are missing. Asks nothing where
 * there are none.
 */
export async function nearNamespaces(
	cluster: Cluster,
	missing: readonly string[],
): Promise<ReadonlyMap<string, string>> {
	return missing.length === 0
		? new Map()
		: nearestOfEach(missing, await allNamespaces(cluster));
}

/** Listed once for all that are missing, each of which may be told by itself. */
const allNamespaces = remembered((cluster: Cluster) =>
	namesOf("Namespace", {}, cluster),
);

/** An error; where it is that a namespace is not found, with the one that was most likely meant. */
export async function withNearNamespace(
	error: unknown,
	cluster: Cluster,
): Promise<unknown> {
	if (!isNamespaceMissing(error)) return error;
	const { name } = error.details;
	const near = (await nearNamespaces(cluster, [name])).get(name);
	return near === undefined ? error : withNear(error, near);
}

/** The one of this kind and namespace that a mistyped name most likely means; undefined where none is near, or they may not be listed. */
export async function nearName(
	kind: Kind,
	{ namespace, name }: { readonly namespace: string; readonly name: string },
	cluster: Cluster,
): Promise<string | undefined> {
	return nearest(name, await namesOf(kind, { namespace }, cluster));
}

/** A 404 that names what was most likely meant. */
export function withNear(error: ApiError, near: string | undefined): ApiError {
	const { status, reason, detail, details } = error;
	return new ApiError(status, reason, detail, {
		...details,
		...(near !== undefined && { near }),
	});
}

/** None where they cannot be listed: it is the one that was not found that is told. */
async function namesOf(
	kind: Kind,
	query: ListQuery,
	cluster: Cluster,
): Promise<string[]> {
	const pages = cluster.pages(kind, { ...query, metadataOnly: true });
	try {
		return await allOf(pages, ({ metadata }) => metadata.name ?? "");
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		return [];
	}
}
