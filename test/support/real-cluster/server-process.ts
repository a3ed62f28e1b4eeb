import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that serves until it is stopped. */
export interface ServerProcess {
	/** The first line that it printed. Rejects when it ends before. */
	readonly firstLine: Promise<string>;
	/** Resolves when it has ended; its last log lines, for a message. */
	readonly ended: Promise<string>;
	/** SIGTERM, then SIGKILL where that does nothing. */
	stop(): Promise<void>;
}

const STOP_LIMIT_MS = 10_000;

/** Starts it with a pipe as stdin, which ends with this process whatever happens to it. */
export function startServer(
	program: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): ServerProcess {
	const child = spawn(program, args, { env: { ...process.env, ...env } });
	let log = "";
	child.stderr.on("data", (chunk: Buffer) => {
		log = (log + chunk).slice(-4000);
	});
	const ended = new Promise<string>((resolve) => {
		child.once("error", (error) => resolve(error.message));
		child.once("close", () => resolve(log));
	});
	const lines = createInterface({ input: child.stdout });
	const firstLine = Promise.race([
		once(lines, "line").then(([line]) => String(line)),
		ended.then((log) => {
			throw new Error(`${program} ended before it was ready:\n${log}`);
		}),
	]);
	// Whoever does not wait for the line must not die of it.
	firstLine.catch(() => {});
	return {
		firstLine,
		ended,
		async stop() {
			child.kill("SIGTERM");
			const killer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
			await ended;
			clearTimeout(killer);
		},
	};
}
