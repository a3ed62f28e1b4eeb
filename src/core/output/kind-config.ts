/** The nodes of a kind cluster; at least one of them a control plane. */
export interface KindNodes {
	readonly controlPlanes: number;
	readonly workers: number;
}

/** Where a kubelet looks for the credentials of its node. */
const NODE_DOCKER_CONFIG = "/var/lib/kubelet/config.json";

/**
 * A cluster config for `kind create cluster --config` that mounts a docker
 * config of the host, named in full, on every node.
 * https://kind.sigs.k8s.io/docs/user/private-registries/#mount-a-config-file-to-each-node
 */
export function kindConfig(
	{ controlPlanes, workers }: KindNodes,
	hostPath: string,
): string {
	const path = /^\/[\w./-]+$/.test(hostPath)
		? hostPath
		: JSON.stringify(hostPath);
	const node = (role: string): string => `- role: ${role}
  extraMounts:
  - containerPath: ${NODE_DOCKER_CONFIG}
    hostPath: ${path}
`;
	return `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
${node("control-plane").repeat(controlPlanes)}${node("worker").repeat(workers)}`;
}
