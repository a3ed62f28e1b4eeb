import { execFile } from "node:child_process";
import { delimiter } from "node:path";

/** The kubectl on the PATH and its version; undefined where there is none. */
export async function findKubectl(): Promise<string | undefined> {
	const { status, out } = await runProgram("kubectl", [
		"version",
		"--client",
		"-o",
		"json",
	]);
	if (status !== 0) return undefined;
	return /"gitVersion": "(v[^"]*)"/.exec(out)?.[1] ?? "of unknown version";
}

/** Without a HOME kubectl would keep what it discovers in the current folder; here it can keep it nowhere. */
const NO_CACHE = "/dev/null/kube";

/** One program run to its end, with nothing on stdin. Its environment is `env` and a PATH. Status -1: not to be started. */
export function runProgram(
	program: string,
	args: readonly string[],
	{
		env = {},
		cwd,
		path = [],
	}: {
		env?: Readonly<Record<string, string>>;
		cwd?: string;
		/** Folders before the PATH. */
		path?: readonly string[];
	} = {},
): Promise<{ status: number; out: string; err: string }> {
	const PATH = [...path, process.env.PATH ?? ""].join(delimiter);
	return new Promise((resolve) => {
		const child = execFile(
			program,
			args,
			{
				env: { PATH, KUBECACHEDIR: NO_CACHE, ...env },
				...(cwd !== undefined && { cwd }),
			},
			(error, out, err) =>
				resolve({
					status: error
						? typeof error.code === "number"
							? error.code
							: -1
						: 0,
					out,
					err,
				}),
		);
		child.stdin?.end();
	});
}
