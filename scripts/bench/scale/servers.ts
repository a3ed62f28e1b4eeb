import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startRealCluster } from "../../../test/support/real-cluster/open.ts";
import { finished } from "./process.ts";

/** An API server of its own process, and an administrator's kubeconfig for it. */
export interface BenchServer {
	readonly kubeconfig: string;
	/**
	 * Has it collect its garbage, before something is timed. By itself a kube-apiserver does so about every
	 * second thousand of writes, at half of what a thousand takes: in a row of works that is always the same,
	 * always in the same work. Nobody can ask the embedded one.
	 */
	collectGarbage(): Promise<void>;
	stop(): Promise<void>;
}

/** A real kube-apiserver. Throws where this machine has none and cannot build one. */
export async function realServer(): Promise<BenchServer> {
	const { kubeconfig, stop } = await startRealCluster(
		process.env,
		(line) => console.log(`  ${line}`),
		new AbortController().signal,
	);
	return {
		kubeconfig,
		async collectGarbage() {
			await finished(["kubectl", "get", "--raw", "/debug/pprof/heap?gc=1"], {
				env: { KUBECONFIG: kubeconfig },
			});
		},
		stop,
	};
}

/** The embedded API server of the tests. */
export async function embeddedServer(): Promise<BenchServer> {
	const main = new URL(
		"../../../test/support/api-server/main.ts",
		import.meta.url,
	);
	const child: ChildProcess = spawn(
		process.execPath,
		["--import", "tsx", fileURLToPath(main)],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	if (child.stdout === null) throw new Error("no output to read");
	const [kubeconfig] = await once(
		createInterface({ input: child.stdout }),
		"line",
	);
	return {
		kubeconfig,
		async collectGarbage() {},
		async stop() {
			child.kill();
			await once(child, "exit");
		},
	};
}
