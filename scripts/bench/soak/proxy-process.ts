import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Counts } from "./proxy.ts";

/** proxy.ts, as seen from the bench. */
export class ProxyProcess {
	private constructor(
		readonly child: ChildProcess,
		/** Leads through it. */
		readonly kubeconfig: string,
	) {}

	/** Starts one before the server of `kubeconfig`; it lets everything pass as yet. */
	static async start(
		kubeconfig: string,
		folder: string,
	): Promise<ProxyProcess> {
		const child = fork(
			fileURLToPath(new URL("proxy.ts", import.meta.url)),
			[kubeconfig, folder],
			{ execArgv: ["--import", "tsx"] },
		);
		const [said] = await once(child, "message");
		return new ProxyProcess(child, said.kubeconfig);
	}

	/** Begins or ends the faults; what it has done so far. */
	async tell(word: "wild" | "calm"): Promise<Counts> {
		const answer = once(this.child, "message");
		this.child.send(word);
		const [counts] = await answer;
		return counts;
	}

	stop(): void {
		this.child.disconnect();
	}
}
