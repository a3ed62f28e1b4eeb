import type { ChangeResult, DryRun } from "../core/result.ts";
import { ApiError } from "../errors.ts";
import type { Cluster } from "../world.ts";

/**
 * Creates a namespace where it is missing; undefined where it is there, or where
 * this user may not look (the write that follows will tell). Throws ApiError.
 */
export async function ensureNamespace(
	cluster: Cluster,
	name: string,
	dryRun: DryRun,
): Promise<ChangeResult | undefined> {
	try {
		await cluster.read("Namespace", { name });
		return undefined;
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		if (error.status === 403) return undefined;
		if (error.status !== 404) throw error;
	}
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
	return {
		context: cluster.context,
		namespace: "",
		kind: "Namespace",
		name,
		action: "created",
		reason: "",
	};
}
