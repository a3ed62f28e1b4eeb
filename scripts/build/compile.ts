import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleOne } from "./bundle.ts";

const run = promisify(execFile);

/**
 * Left alone, the space for young objects grows to 16 MiB twice over before it is cleared:
 * with 10,000 namespaces that is a third of all memory, and gains no time. It begins at 1 MiB, too small
 * for any list: a tenth of the CPU of `list` went into clearing it. Other flags of V8 are not for here: with
 * most of them V8 does not take what Node has compiled of itself, and every start costs a fifth more.
 */
export const V8_FLAGS = ["--max-semi-space-size=4", "--min-semi-space-size=4"];

/**
 * With these the same chunks give the same bytes, however busy the machine is: V8 writes out what
 * stood in memory between an object's fields, which is zero only where no garbage was ever collected
 * (without them one of eight builds differed on a busy machine). V8 leaves them out of what it compares.
 */
const SAME_BYTES = [
	"--random-seed=1",
	"--min-semi-space-size=64",
	"--max-semi-space-size=64",
	"--single-threaded-gc",
	"--no-memory-reducer",
];

/**
 * Writes what V8 compiles of the chunks in `folder` for everyday command lines beside each, as `CHUNK.cache`: the same
 * bytes on a quick machine and on a slow one. The command starts the Node to be packaged; what is made on the way lies
 * in `scratch`. Rejects where a command line breaks off, or where users' V8 would compile again.
 */
export async function compile(
	folder: string,
	[command = "", ...args]: readonly string[],
	scratch: string,
): Promise<void> {
	const home = join(scratch, "warm-home");
	await rm(home, { recursive: true, force: true });
	await mkdir(home, { recursive: true });
	const how = { cwd: home, env: warmEnvironment(home) };
	const steps = [
		["warm", SAME_BYTES],
		["settle", SAME_BYTES],
		["accepted", V8_FLAGS],
	] as const;
	for (const [name, flags] of steps) {
		const program = join(scratch, `${name}.cjs`);
		await bundleOne(`scripts/build/${name}.ts`, program);
		await run(command, [...args, ...flags, program, folder], how);
	}
}

/**
 * What is compiled depends on what is run, and that on the environment: a terminal, a kubeconfig, a
 * proxy, a language. So it is always the same one, and nothing of the builder's is read.
 */
function warmEnvironment(home: string): Record<string, string | undefined> {
	const { PATH, SystemRoot } = process.env;
	return {
		PATH,
		HOME: home,
		USERPROFILE: home,
		TERM: "dumb",
		...(SystemRoot !== undefined && { SystemRoot }),
	};
}
