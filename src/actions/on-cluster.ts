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
