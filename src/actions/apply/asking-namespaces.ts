import {
	asksForSidecar,
	type Injection,
	podSelector,
} from "../../core/meshes/meshes.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/**
 * The namespaces in which a mesh's proxy runs although nothing on the Namespace says so: where pods
 * ask for a sidecar themselves, and where a Gateway of the mesh's class runs one. What may not be
 * listed is told, and not found.
 */
export async function askingNamespaces(
	{ pods, gatewayClass }: Injection,
	cluster: Pick<Cluster, "pages">,
	world: Pick<World, "emit">,
): Promise<Set<string>> {
	const found = new Set<string>();
	if (pods !== undefined)
		await unlessHidden("pods that ask for a sidecar", world, async () => {
			const labelSelector = podSelector(pods);
			for await (const { items } of cluster.pages("Pod", {
				metadataOnly: true,
				...(labelSelector !== undefined && { labelSelector }),
			}))
				for (const { metadata } of items)
					if (metadata !== undefined && asksForSidecar(pods, metadata))
						found.add(metadata.namespace ?? "");
		});
	if (gatewayClass !== undefined)
		await unlessHidden("Gateways", world, async () => {
			for await (const { items } of cluster.pages("Gateway", {}))
				for (const { metadata, spec } of items)
					if (spec?.gatewayClassName === gatewayClass)
						found.add(metadata?.namespace ?? "");
		});
	return found;
}

async function unlessHidden(
	what: string,
	world: Pick<World, "emit">,
	list: () => Promise<void>,
): Promise<void> {
	try {
		await list();
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		// The Gateway API is not installed everywhere.
		if (error.status === 404) return;
		if (error.status !== 403) throw error;
		world.emit({
			type: "warning",
			message: `not allowed to list ${what} in all namespaces; namespaces that only those show are left out`,
		});
	}
}
