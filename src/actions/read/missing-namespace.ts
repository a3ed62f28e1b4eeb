import type { ObjectOf } from "../../core/objects.ts";
import { ApiError, isNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/**
 * The error to tell where something in a namespace was not found: the namespace's own 404 where that is
 * what is missing, else `error` itself, also where this user may not look.
 */
export async function missingNamespaceOr(
	error: unknown,
	namespace: string,
	cluster: Cluster,
): Promise<unknown> {
	return isNotFound(error)
		? ((await namespaceMissing(namespace, cluster)) ?? error)
		: error;
}

/** The 404 of a namespace; undefined where it is there, or this user may not look. */
export async function namespaceMissing(
	name: string,
	cluster: Cluster,
): Promise<unknown> {
	try {
		await cluster.read("Namespace", { name });
		return undefined;
	} catch (error) {
		return isNotFound(error) ? error : undefined;
	}
}

/**
 * One object of a namespace. The 404 names the namespace, which may not have been given, or is what is
 * missing. Throws what the cluster throws.
 */
export async function readNaming<K extends "Pod" | "Secret" | "ServiceAccount">(
	kind: K,
	place: { readonly namespace: string; readonly name: string },
	cluster: Cluster,
): Promise<ObjectOf[K]> {
	try {
		return await cluster.read(kind, place);
	} catch (caught) {
		const error = await missingNamespaceOr(caught, place.namespace, cluster);
		if (error !== caught || !isNotFound(error)) throw error;
		const { status, reason, detail } = error;
		const here = `${detail} in namespace "${place.namespace}"`;
		throw new ApiError(status, reason, here);
	}
}
