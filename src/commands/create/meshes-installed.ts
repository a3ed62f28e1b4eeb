import { allMeshes, type Mesh } from "../../core/meshes/meshes.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/**
 * Which meshes a cluster has, by their namespaces, in the order in which they are offered. One whose
 * namespace may not be looked at is not among them. Throws what else the cluster throws.
 */
export async function meshesInstalled(
	cluster: Pick<Cluster, "read">,
): Promise<Mesh[]> {
	const found = await Promise.all(
		allMeshes().map(async (mesh) =>
			(await isThere(cluster, mesh)) ? [mesh] : [],
		),
	);
	return found.flat();
}

async function isThere(
	cluster: Pick<Cluster, "read">,
	{ sourceNamespace }: Mesh,
): Promise<boolean> {
	if (sourceNamespace === undefined) return false;
	try {
		await cluster.read("Namespace", { name: sourceNamespace });
		return true;
	} catch (error) {
		if (error instanceof ApiError && [403, 404].includes(error.status))
			return false;
		throw error;
	}
}
