import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startRealCluster } from "../../../test/support/real-cluster/open.ts";

/** An API server of its own process, and an administrator's kubeconfig for it. */
export interface BenchServer {
	readonly kubeconfig: string;
	stop(): Promise<void>;
}

/** A real kube-apiserver. Throws where this machine has none and cannot build one. */
export async function realServer(): Promise<BenchServer> {
	return startRealCluster(
		process.env,
		(line) => console.log(`  ${line}`),
		new AbortController().signal,
	);
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
		async stop() {
			child.kill();
			await once(child, "exit");
		},
	};
}
