import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { installedFile } from "../../installed-file.ts";

/** The packaged file while it runs. */
export class Running {
	/** All of stderr so far. */
	err = "";
	readonly #child: ChildProcess;
	readonly #ended: Promise<{ status: number | null; at: number }>;
	#look = () => {};

	private constructor(child: ChildProcess, line: (line: string) => void) {
		this.#child = child;
		this.#ended = new Promise((resolve) => {
			let at = 0;
			child.once("exit", () => {
				at = performance.now();
			});
			// All that it printed has been read only then.
			child.once("close", (status) => resolve({ status, at }));
		});
		if (child.stdout) createInterface({ input: child.stdout }).on("line", line);
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.err += text;
			this.#look();
		});
	}

	/** Starts it; `line` is called with each of its lines on stdout. */
	static async start(
		args: readonly string[],
		kubeconfig: string,
		line: (line: string) => void,
	): Promise<Running> {
		const file = await installedFile();
		const child = spawn(file, args, {
			env: { ...process.env, KUBECONFIG: kubeconfig },
			stdio: ["ignore", "pipe", "pipe"],
		});
		return new Running(child, line);
	}

	/** Waits until stderr has said this. Throws what it said instead when it ends before. */
	async says(text: string): Promise<void> {
		const said = new Promise<void>((resolve) => {
			this.#look = () => {
				if (this.err.includes(text)) resolve();
			};
			this.#look();
		});
		const ended = this.#ended.then(({ status }) => {
			throw new Error(`it ended with status ${status}: ${this.err}`);
		});
		await Promise.race([said, ended]);
	}

	/** Sends a signal; the exit status, and the milliseconds until the process was gone. */
	async end(
		signal: "SIGINT" | "SIGTERM" | "SIGKILL",
	): Promise<{ status: number | null; ms: number }> {
		const sent = performance.now();
		this.#child.kill(signal);
		const { status, at } = await this.#ended;
		return { status, ms: at - sent };
	}

	/** Resident memory now, in MiB; 0 where the system does not say, or it has ended. */
	get resident(): number {
		return this.#memory(/^VmRSS:\s+(\d+) kB/m);
	}

	/** The most that it has had resident so far, likewise. */
	get peak(): number {
		return this.#memory(/^VmHWM:\s+(\d+) kB/m);
	}

	#memory(line: RegExp): number {
		try {
			const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
			return Number(line.exec(status)?.[1] ?? 0) / 1024;
		} catch {
			return 0;
		}
	}
}
