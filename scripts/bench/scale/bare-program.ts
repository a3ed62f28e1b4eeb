import { resolve } from "node:path";
import { bundleOne } from "../../build/bundle.ts";
import { type Finished, finished } from "./process.ts";

let made: Promise<string> | undefined;

/**
 * Runs the bare client (bare.ts) to its end: what it does there (`lists`, `copies`) on all of these
 * servers at once. It starts as Node does, as the packaged file does: as JavaScript, since to strip its
 * types takes Node 50 ms each time. Throws what it said when it fails.
 */
export async function bare(
	kubeconfigs: readonly string[],
	work: readonly string[],
	stdin = "",
): Promise<Finished> {
	made ??= program();
	const command = [
		process.execPath,
		await made,
		kubeconfigs.join(","),
		...work,
	];
	return finished(command, { stdin });
}

async function program(): Promise<string> {
	const path = resolve(".cache/bench/bare.cjs");
	await bundleOne("scripts/bench/scale/bare.ts", path);
	return path;
}
