import { readDockerConfig } from "../../core/credentials/docker-config.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type KindNodes, kindConfig } from "../../core/output/kind-config.ts";
import { meshreg } from "../../core/output/shell.ts";
import type { World } from "../../world.ts";

/** As much as the kubelet's file may sensibly hold, in bytes. */
const LIMIT = 5 * 1024 * 1024;

/**
 * A kind cluster config whose nodes mount this docker config. Throws
 * FailureError where the file is not there or holds no credentials: the
 * container runtime would put a folder in its place, and a node without
 * credentials would tell nobody.
 */
export async function kindClusterConfig(
	dockerConfig: string,
	nodes: KindNodes,
	world: World,
): Promise<string> {
	const bytes = await world.files.read(dockerConfig, LIMIT);
	const config = readDockerConfig(bytes.toString("utf8"));
	if (!config.ok || config.auths.size === 0)
		throw new FailureError({
			cause: "docker-config-unusable",
			path: dockerConfig,
			problem: config.ok ? undefined : config.problem,
			script: meshreg("export", "--to", dockerConfig),
		});
	return kindConfig(nodes, dockerConfig);
}
