import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { binaryName, targetOf } from "./build/targets.ts";

let copied: Promise<string> | undefined;

/**
 * The path of the packaged file as an installer leaves it: a copy. Of the one that the build has just written,
 * in one piece, Linux maps larger pieces, and counts some 20 MiB more as a process's memory. Rejects where
 * there is none.
 */
export function installedFile(): Promise<string> {
	copied ??= copy();
	return copied;
}

async function copy(): Promise<string> {
	const name = binaryName(targetOf(process.platform, process.arch));
	const installed = resolve(".cache/bench/installed", name);
	await mkdir(dirname(installed), { recursive: true });
	await rm(installed, { force: true });
	await copyFile(resolve("dist", name), installed);
	return installed;
}
