import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { default as pkg } from "@yao-pkg/pkg/lib-es5/sea.js";
import { seedNode } from "./base-node.ts";
import { bundleOne } from "./bundle.ts";
import { NODE_VERSION, type Target } from "./targets.ts";

const run = promisify(execFile);

/** Everything that is made on the way, kept between runs; nothing is read or written in the user's home. */
const CACHE = resolve(".cache/build");
const HOME = resolve(".cache/pkg-home");

/**
 * Makes `output`, one file that runs on `target`: the stock Node with the chunks of `folder` in it.
 * Where this machine can run the target's Node, V8's compiled form of each chunk goes in as well.
 * pkg's command line passes no assets on, hence its module.
 */
export async function seal(
	folder: string,
	target: Target,
	output: string,
): Promise<void> {
	const node = await seedNode(target, HOME);
	const entry = join(CACHE, "entry.cjs");
	await bundleOne("scripts/build/entry.ts", entry);
	await compile(folder, node);
	const names = (await readdir(folder)).sort();
	await pack(
		entry,
		target,
		output,
		Object.fromEntries(names.map((name) => [`./${name}`, join(folder, name)])),
	);
}

async function compile(folder: string, node: string): Promise<void> {
	const warm = join(CACHE, "warm.cjs");
	await bundleOne("scripts/build/warm.ts", warm);
	// With a fixed seed the same chunks give the same bytes; V8 leaves the seed out of what it compares.
	await run(node, ["--random-seed=1", warm, folder]);
}

/** Makes a single executable application of `script` and `assets` (name → path). */
export async function pack(
	script: string,
	target: Target,
	output: string,
	assets: Record<string, string> = {},
): Promise<void> {
	await seedNode(target, HOME);
	// pkg looks for Node under os.homedir() alone.
	const variables = ["HOME", "USERPROFILE"] as const;
	const before = variables.map((name) => process.env[name]);
	for (const name of variables) process.env[name] = HOME;
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
			seaConfig: {
				disableExperimentalSEAWarning: true,
				useSnapshot: false,
				useCodeCache: false,
				assets,
			},
		});
	} finally {
		variables.forEach((name, i) => {
			const value = before[i];
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		});
	}
}
