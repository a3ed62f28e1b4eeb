import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEnvtest } from "./envtest.ts";
import { buildProgram, kubernetesVersion } from "./go-module.ts";
import { startServer } from "./server-process.ts";

/** A real API server, and how it is given back. */
export interface RealCluster {
	/** Where it comes from, for a person. */
	readonly origin: string;
	/** The path of an administrator's kubeconfig. */
	readonly kubeconfig: string;
	/** Stops what was started here, and removes its files. */
	stop(): Promise<void>;
}

/**
 * A kube-apiserver of this machine: the folder that `KUBEBUILDER_ASSETS` names,
 * else the one that test/cluster builds. Any number may run at once. Throws
 * CannotBuild, IncompleteAssets, or whatever a server said that did not start.
 */
export async function startRealCluster(
	env: NodeJS.ProcessEnv,
	say: (line: string) => void,
	signal: AbortSignal,
): Promise<RealCluster> {
	const assets = env.KUBEBUILDER_ASSETS;
	const program = assets
		? undefined
		: await buildProgram("cluster", say, signal);
	const state = await mkdtemp(join(tmpdir(), "meshreg-real-"));
	const remove = () => rm(state, { recursive: true, force: true });
	try {
		if (program !== undefined) {
			// Its own temporary folder lies in ours: it goes even if it was killed.
			const server = startServer(program, [], { TMPDIR: state });
			return {
				origin: `Kubernetes ${kubernetesVersion()} of test/cluster`,
				kubeconfig: await server.firstLine,
				stop: () => server.stop().finally(remove),
			};
		}
		const server = await startEnvtest(assets ?? "", state);
		return {
			origin: `kube-apiserver of KUBEBUILDER_ASSETS (${assets})`,
			kubeconfig: server.kubeconfig,
			stop: () => server.stop().finally(remove),
		};
	} catch (error) {
		await remove();
		throw error;
	}
}
