import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Preview } from "../../core/preview.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

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
	if (!(error instanceof ApiError) || error.status !== 404) return error;
	try {
		await cluster.read("Namespace", { name: namespace });
		return error;
	} catch (other) {
		return other instanceof ApiError && other.status === 404 ? other : error;
	}
}

/** Whether a namespace is known to be missing: not where this user may not look. Throws ApiError. */
async function isMissing(cluster: Cluster, name: string): Promise<boolean> {
	try {
		await cluster.read("Namespace", { name });
		return false;
	} catch (error) {
		if (error instanceof ApiError && error.status === 403) return false;
		if (error instanceof ApiError && error.status === 404) return true;
		throw error;
	}
}
