import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a finished program took, and what it said. */
export interface Finished {
	/** From the start of the process to its end. */
	readonly ms: number;
	/** The most memory that it had in use, in MiB, as Linux counted it shortly before its end; 0 elsewhere. */
	readonly peak: number;
	readonly out: string;
	readonly err: string;
}

/** Runs a program to its end. Throws what it said on stderr when its exit status is another than `status`, 0 unless told otherwise. */
export function finished(
	command: readonly string[],
	given: {
		readonly env?: NodeJS.ProcessEnv;
		readonly stdin?: string;
		readonly status?: number;
	} = {},
): Promise<Finished> {
	const [file = "", ...args] = command;
	return new Promise((resolve, reject) => {
		const began = performance.now();
		const child = spawn(file, args, { env: { ...process.env, ...given.env } });
		let out = "";
		let err = "";
		let peak = 0;
		const look = setInterval(() => {
			peak = Math.max(peak, peakOf(child.pid));
		}, 10);
		child.stdout.on("data", (chunk) => {
			out += chunk;
		});
		child.stderr.on("data", (chunk) => {
			err += chunk;
		});
		child.once("error", reject);
		child.once("close", (status) => {
			clearInterval(look);
			const ms = performance.now() - began;
			if (status === (given.status ?? 0)) resolve({ ms, peak, out, err });
			else reject(new Error(`${file} ${args[0]}: status ${status}: ${err}`));
		});
		child.stdin.on("error", () => {}); // It need not read what it is given.
		child.stdin.end(given.stdin ?? "");
	});
}

/** How many milliseconds a program takes at a terminal of 80 columns that shows all of it. Throws when it fails. */
export async function atTerminal(
	[file = "", ...args]: readonly string[],
	env: NodeJS.ProcessEnv,
): Promise<number> {
	const { spawn: open } = await import("@lydell/node-pty");
	const began = performance.now();
	const pty = open(file, args, { cols: 80, env: { ...process.env, ...env } });
	let shown = "";
	pty.onData((text) => {
		shown = (shown + text).slice(-1000);
	});
	const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => {
		pty.onExit(resolve);
	});
	if (exitCode !== 0) throw new Error(`${file} at a terminal: ${shown}`);
	return performance.now() - began;
}

/** VmHWM of proc(5): the high-water mark of a process's resident memory, in MiB. */
function peakOf(pid: number | undefined): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, "utf8");
		return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}
