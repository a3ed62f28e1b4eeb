import { readDockerConfig } from "../../core/credentials/docker-config.ts";
import { type KindNodes, kindConfig } from "../../core/output/kind-config.ts";
import { meshreg, script } from "../../core/output/shell.ts";
import { type Advice, OperationError } from "../../errors.ts";
import type { World } from "../../world.ts";

/** As much as the kubelet's file may sensibly hold, in bytes. */
const LIMIT = 5 * 1024 * 1024;

/**
 * A kind cluster config whose nodes mount this docker config. Throws
 * OperationError where the file is not there or holds no credentials: the
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
	if (!config.ok)
		throw new OperationError(
			`--docker-config: ${dockerConfig} is not a docker config that a node can use: ${config.problem}`,
			exporting(dockerConfig),
		);
	if (config.auths.size === 0)
		throw new OperationError(
			`--docker-config: ${dockerConfig} holds no credentials itself (they may be in a credential store, which nodes do not have)`,
			exporting(dockerConfig),
		);
	return kindConfig(nodes, dockerConfig);
}

function exporting(file: string): Advice {
	return {
		words: "write one with",
		script: script(meshreg("export", "--to", file)),
	};
}
