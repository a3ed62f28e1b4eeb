import { KubeConfig } from "@kubernetes/client-node";

/** A context: the cluster and user of another kubeconfig's current context, or with another server. */
export interface ContextFrom {
	from: string;
	server?: string;
}

/** A kubeconfig's text with all of these contexts by name, and none of them current. */
export function contextsFile(
	contexts: Readonly<Record<string, ContextFrom>>,
): string {
	const parts = Object.entries(contexts).map(([name, { from, server }]) => {
		const config = new KubeConfig();
		config.loadFromFile(from);
		const cluster = config.getCurrentCluster();
		const user = config.getCurrentUser();
		if (cluster === null || user === null)
			throw new Error(`${from} has no current context`);
		return {
			cluster: { ...cluster, name, ...(server !== undefined && { server }) },
			user: { ...user, name },
			context: { name, cluster: name, user: name },
		};
	});
	const joined = new KubeConfig();
	joined.loadFromOptions({
		clusters: parts.map(({ cluster }) => cluster),
		users: parts.map(({ user }) => user),
		contexts: parts.map(({ context }) => context),
		currentContext: "",
	});
	return joined.exportConfig();
}
