import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle, bundleOne } from "../../scripts/build/bundle.ts";

/** The program's own entry. */
export const MAIN = fileURLToPath(
	new URL("../../src/main.ts", import.meta.url),
);

const START = fileURLToPath(new URL("./start-bundle.ts", import.meta.url));

/**
 * A program of this project, `entry`, as it is bundled for the one file: it starts in a fraction of the time that
 * the sources take, and is gone with the test file that calls this. Returns what runs it; arguments follow.
 */
export async function bundledProgram(entry: string): Promise<string[]> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-bundle-"));
	after(() => rm(folder, { recursive: true }));
	await bundle(entry, folder);
	const start = join(folder, "start.cjs");
	await bundleOne(START, start);
	return [process.execPath, start];
}
