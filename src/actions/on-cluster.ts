import { NoClusterError, OperationError } from "../errors.ts";
import type { Cluster, ConnectionFlags, World } from "../world.ts";

/** Does work on one cluster, whose connections are closed whatever comes of it. */
export async function onCluster<T>(
	world: Pick<World, "connect">,
	connection: ConnectionFlags,
	work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
	const cluster = await world.connect(connection);
	try {
		return await work(cluster);
	} finally {
		await cluster.close();
	}
}

/**
 * Where something is asked once for several clusters: looks at the first of them that can be looked at. One
 * that is down, or where this user may do nothing, does not hold up the others. What fails after `found` was
 * called fails for all. Throws NoClusterError where none can be looked at.
 */
export async function onFirstCluster<T>(
	world: Pick<World, "connect" | "contexts">,
	connection: ConnectionFlags,
	look: (cluster: Cluster, found: () => void) => Promise<T>,
): Promise<T> {
	const { contexts } = world;
	if (contexts === undefined)
		return onCluster(world, connection, (cluster) => look(cluster, () => {}));
	const failures = new Map<string, OperationError>();
	for (const context of contexts) {
		let isFound = false;
		try {
			return await onCluster(world, { ...connection, context }, (cluster) =>
				look(cluster, () => {
					isFound = true;
				}),
			);
		} catch (error) {
			if (isFound || !(error instanceof OperationError)) throw error;
			failures.set(context, error);
		}
	}
	throw new NoClusterError(failures);
}
