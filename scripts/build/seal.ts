import { copyFile, cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { default as pkg } from "@yao-pkg/pkg/lib-es5/sea.js";
import { seed, stockNode } from "./base-node.ts";
import { bundleOne } from "./bundle.ts";
import { compile, V8_FLAGS } from "./compile.ts";
import { NODE_VERSION, nameOf, type Target } from "./targets.ts";

/** What pkg is given as the program. */
const MAIN = "kubectl-meshreg.cjs";
/** Everything that is made on the way; nothing is read or written in the user's home. */
const CACHE = resolve(".cache/build");

/**
 * What would let somebody else's variables or signals into the process is off: NODE_OPTIONS and flags
 * of Node in argv (`--require`, `--inspect`, `--tls-keylog`), and SIGUSR1, which opens a debugger to
 * every user of the machine. https://nodejs.org/api/single-executable-applications.html
 */
const CLOSED = {
	execArgvExtension: "none",
	execArgv: [...V8_FLAGS, "--disable-sigusr1"],
};

/** How one binary is made. */
export interface Sealing {
	readonly target: Target;
	/** The Node to put the program in: the target's stock Node, or that one without symbols. */
	readonly node: string;
	/**
	 * The command in front of the target's stock Node that makes it run here, `[]` for none: V8's
	 * compiled form of each chunk then goes in as well. Left out where it cannot run here.
	 */
	readonly runner?: readonly string[];
}

/** Makes `output`, one file that runs on the target: a Node with the chunks of `folder` in it. */
export async function seal(
	folder: string,
	output: string,
	{ target, node, runner }: Sealing,
): Promise<void> {
	const entry = join(CACHE, "entry.cjs");
	await bundleOne("scripts/build/entry.ts", entry);
	const chunks = join(CACHE, nameOf(target));
	await rm(chunks, { recursive: true, force: true });
	await cp(folder, chunks, { recursive: true });
	if (runner)
		await compile(chunks, [...runner, await stockNode(target)], CACHE);
	const names = (await readdir(chunks)).sort();
	await pack(
		entry,
		output,
		{ target, node },
		Object.fromEntries(names.map((name) => [`./${name}`, join(chunks, name)])),
	);
}

/**
 * Makes a single executable application of `script` and `assets` (name → path). pkg's command line
 * passes no assets on, hence its module.
 */
export async function pack(
	script: string,
	output: string,
	{ target, node }: Pick<Sealing, "target" | "node">,
	assets: Record<string, string> = {},
): Promise<void> {
	const home = resolve(".cache/pkg-home");
	const scratch = join(home, "scratch");
	await rm(home, { recursive: true, force: true });
	await mkdir(scratch, { recursive: true });
	await seed(home, target, node);
	await copyFile(script, join(scratch, MAIN));
	await mkdir(dirname(output), { recursive: true });
	// A running copy of the old file would make writing over it fail; removing it first does not.
	await rm(output, { force: true });
	// pkg finds its cache through os.homedir() alone, and works in a new folder under os.tmpdir().
	const variables = {
		HOME: home,
		USERPROFILE: home,
		TMPDIR: scratch,
		TEMP: scratch,
	};
	const before = Object.keys(variables).map(
		(name) => [name, process.env[name]] as const,
	);
	Object.assign(process.env, variables);
	// pkg hands all of it to Node; its type does not know main and execArgv.
	const seaConfig = {
		// This path goes into the file: one that is the same wherever it is built, seen from pkg's folder.
		main: `../${MAIN}`,
		disableExperimentalSEAWarning: true,
		useSnapshot: false,
		useCodeCache: false,
		...CLOSED,
		assets,
	};
	try {
		await pkg.default(script, {
			targets: [
				{
					platform: target.platform,
					arch: target.cpu,
					nodeRange: `node${NODE_VERSION}`,
					output,
				},
			],
			// Elsewhere than on macOS the signature is made afterwards, or there is no need of one.
			signature: process.platform === "darwin",
			seaConfig,
		});
	} finally {
		for (const [name, value] of before)
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
	}
}
