import { spawn } from "node:child_process";
import { accessSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findKubectl } from "./kubectl.ts";

/** The folder of the built file. */
export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** What one run of the built file printed, and its exit status. */
export interface Ran {
	status: number | null;
	signal: NodeJS.Signals | null;
	out: string;
	err: string;
}

/** The version of the kubectl that the runs go through; undefined: there is none, and the file runs directly. */
export const kubectl = await findKubectl();

/**
 * Runs `kubectl meshreg ARGS` (or the file itself, where there is no kubectl)
 * with an environment of four variables, as a shell without any habits would.
 * Throws where the file is not built.
 */
export function plugin(
	args: readonly string[],
	given: {
		kubeconfig: string;
		home: string;
		stdin?: string;
		env?: Readonly<Record<string, string>>;
		signal?: AbortSignal;
	},
): Promise<Ran> {
	const file = join(
		DIST,
		process.platform === "win32" ? "kubectl-meshreg.exe" : "kubectl-meshreg",
	);
	try {
		accessSync(file);
	} catch {
		throw new Error(`${file} is not there: run npm run build first`);
	}
	return program(
		kubectl === undefined ? file : "kubectl",
		kubectl === undefined ? args : ["meshreg", ...args],
		given,
	);
}

/** Runs any program with the same environment. */
export function program(
	command: string,
	args: readonly string[],
	given: {
		kubeconfig: string;
		home: string;
		stdin?: string;
		env?: Readonly<Record<string, string>>;
		signal?: AbortSignal;
		cwd?: string;
	},
): Promise<Ran> {
	const child = spawn(command, args, {
		cwd: given.cwd,
		env: {
			PATH: [DIST, ...systemPath()].join(delimiter),
			HOME: given.home,
			KUBECONFIG: given.kubeconfig,
			LANG: "C.UTF-8",
			...given.env,
		},
		stdio: ["pipe", "pipe", "pipe"],
	});
	let out = "";
	let err = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		out += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		err += text;
	});
	child.stdin.on("error", () => {});
	child.stdin.end(given.stdin ?? "");
	given.signal?.addEventListener("abort", () => child.kill("SIGKILL"));
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (status, signal) =>
			resolve({ status, signal, out, err }),
		);
	});
}

/** The PATH without this project's own programs: the machine's Node must not matter either. */
function systemPath(): string[] {
	const modules = dirname(process.execPath);
	return (process.env.PATH ?? "")
		.split(delimiter)
		.filter((folder) => folder !== modules && !folder.includes("node_modules"));
}
