import type { Cluster, Outside } from "./world.ts";

/**
 * What a command line does with one cluster as one user goes over one connection, whether it looks
 * before it asks, or works afterwards: one kubeconfig read, one handshake, one exec plugin run. A
 * connection stays open until `close`, also where its user closed it.
 */
export function sharingConnections(outside: Outside) {
	const open = new Map<string, Promise<Cluster>>();
	const shared: Outside = {
		...outside,
		async connect(flags, apart) {
			// Its lines go elsewhere, or it ends with something else.
			if (apart !== undefined) return outside.connect(flags, apart);
			const key = JSON.stringify(Object.entries(flags).toSorted());
			const connecting = open.getOrInsertComputed(key, () =>
				outside.connect(flags),
			);
			return { ...(await connecting), async close() {} };
		},
	};
	const close = async (): Promise<void> => {
		for (const connecting of await Promise.allSettled(open.values()))
			if (connecting.status === "fulfilled") await connecting.value.close();
	};
	return { outside: shared, close };
}
