import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { default as pkg } from "@yao-pkg/pkg/lib-es5/sea.js";
import { seed, stockNode } from "./base-node.ts";
import { bundleOne } from "./bundle.ts";
import { NODE_VERSION, nameOf, type Target } from "./targets.ts";

const run = promisify(execFile);

/** What pkg is given as the program. */
const MAIN = "kubectl-meshreg.cjs";
/** Everything that is made on the way; nothing is read or written in the user's home. */
const CACHE = resolve(".cache/build");

/**
 * Left alone, the space for young objects grows to 16 MiB twice over before it is cleared:
 * with 10,000 namespaces that is a third of all memory, and gains no time. It begins at 1 MiB, too small
 * for any list: a tenth of the CPU of `list` went into clearing it. Other flags of V8 are not for here: with
 * most of them V8 does not take what Node has compiled of itself, and every start costs a fifth more.
 */
const V8_FLAGS = ["--max-semi-space-size=4", "--min-semi-space-size=4"];

/**
 * What would let somebody else's variables or signals into the process is off: NODE_OPTIONS and flags
 * of Node in argv (`--require`, `--inspect`, `--tls-keylog`), and SIGUSR1, which opens a debugger to
 * every user of the machine. https://nodejs.org/api/single-executable-applications.html
 */
const CLOSED = {
	execArgvExtension: "none",
	execArgv: [...V8_FLAGS, "--disable-sigusr1"],
};

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
	if (runner) await compile(chunks, [...runner, await stockNode(target)]);
	const names = (await readdir(chunks)).sort();
	await pack(
		entry,
		output,
		{ target, node },
		Object.fromEntries(names.map((name) => [`./${name}`, join(chunks, name)])),
	);
}

async function compile(
	folder: string,
	[command = "", ...args]: readonly string[],
): Promise<void> {
	const warm = join(CACHE, "warm.cjs");
	const accepted = join(CACHE, "accepted.cjs");
	await bundleOne("scripts/build/warm.ts", warm);
	await bundleOne("scripts/build/accepted.ts", accepted);
	const home = join(CACHE, "warm-home");
	await rm(home, { recursive: true, force: true });
	await mkdir(home);
	const how = { cwd: home, env: warmEnvironment(home) };
	await run(command, [...args, ...SAME_BYTES, warm, folder], how);
	await run(command, [...args, ...V8_FLAGS, accepted, folder], how);
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
