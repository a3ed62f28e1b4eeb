import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findKubectl } from "./kubectl.ts";

/** The folder of the built file. */
export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** The version of the kubectl that runs of the built file go through; undefined: there is none, and the file runs directly. */
export const kubectl = await findKubectl();

/** What one run printed, and its exit status. */
export interface Ran {
	status: number | null;
	signal: NodeJS.Signals | null;
	out: string;
	err: string;
}

/** Runs a program with an environment of four variables, as a shell without any habits would. */
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
