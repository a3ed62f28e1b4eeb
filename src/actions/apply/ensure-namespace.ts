import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Preview } from "../../core/preview.ts";
import { ApiError, isForbidden, isNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { withNearNamespace } from "../read/read-namespaces.ts";

/**
 * Creates a namespace where it is missing; undefined where it is there, or where
 * this user may not look (the write that follows will tell). Throws ApiError.
 */
export async function ensureNamespace(
	cluster: Cluster,
	name: string,
	dryRun: DryRun,
): Promise<[ChangeResult, Preview] | undefined> {
	if (!(await isMissing(cluster, name))) return undefined;
	try {
		if (dryRun !== "client")
			await cluster.create(
				"Namespace",
				{ apiVersion: "v1", kind: "Namespace", metadata: { name } },
				{ dryRun: dryRun === "server" },
			);
	} catch (error) {
		if (error instanceof ApiError && error.status === 409) return undefined;
		throw error;
	}
	return [
		{
			context: cluster.context,
			namespace: "",
			kind: "Namespace",
			name,
			action: "created",
		},
		{ of: "Namespace", name },
	];
}

/**
 * The error to tell where something in a namespace was not found: the namespace's own 404 where that is
 * what is missing, else `error` itself, also where this user may not look.
 */
export async function missingNamespaceOr(
	error: unknown,
	namespace: string,
	cluster: Cluster,
): Promise<unknown> {
	if (!isNotFound(error)) return error;
	try {
		await cluster.read("Namespace", { name: namespace });
		return error;
	} catch (other) {
		return isNotFound(other) ? withNearNamespace(other, cluster) : error;
	}
}

/** What is read in a namespace; the server's words for what is not there leave the namespace out, which may not have been given, or be what is missing. */
export async function namingNamespace<T>(
	namespace: string,
	cluster: Cluster,
	reading: Promise<T>,
): Promise<T> {
	try {
		return await reading;
	} catch (caught) {
		const error = await missingNamespaceOr(caught, namespace, cluster);
		if (error !== caught || !isNotFound(error)) throw error;
		const { status, reason, detail } = error;
		throw new ApiError(status, reason, `${detail} in namespace "${namespace}"`);
	}
}

/** Whether a namespace is known to be missing: not where this user may not look. Throws ApiError. */
async function isMissing(cluster: Cluster, name: string): Promise<boolean> {
	try {
		await cluster.read("Namespace", { name });
		return false;
	} catch (error) {
		if (isForbidden(error)) return false;
		if (isNotFound(error)) return true;
		throw error;
	}
}
