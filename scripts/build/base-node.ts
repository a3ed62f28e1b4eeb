import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import {
	copyFile,
	mkdir,
	mkdtemp,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { extract } from "tar";
import { NODE_VERSION, nameOf, type Target } from "./targets.ts";

const run = promisify(execFile);

/** Lower-case hex SHA-256 of a file; "" where there is none. */
export async function sha256(path: string): Promise<string> {
	const hash = createHash("sha256");
	try {
		for await (const chunk of createReadStream(path)) hash.update(chunk);
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
		throw cause;
	}
	return hash.digest("hex");
}

/**
 * The path of the stock Node of `target`. It comes from the installed npm package `node` when that is
 * for the same platform, else from the platform's npm package; its checksum is compared either way,
 * because a Node that is handed to pkg escapes pkg's own check.
 */
export async function stockNode(target: Target): Promise<string> {
	const file = target.os === "windows" ? "node.exe" : "node";
	const kept = resolve(".cache/node", NODE_VERSION, nameOf(target), file);
	if ((await sha256(kept)) === target.sha256) return kept;
	const installed = resolve("node_modules/node/bin", file);
	if ((await sha256(installed)) === target.sha256) return installed;
	await mkdir(dirname(kept), { recursive: true });
	await fetchNode(target, kept);
	return kept;
}

async function fetchNode(target: Target, binary: string): Promise<void> {
	const folder = await mkdtemp(join(dirname(binary), "fetch-"));
	try {
		const windows = process.platform === "win32";
		await run(
			windows ? "npm.cmd" : "npm",
			["pack", "--silent", `${target.npm}@${NODE_VERSION}`],
			{ cwd: folder, shell: windows },
		);
		const archive = join(folder, `${target.npm}-${NODE_VERSION}.tgz`);
		const integrity = `sha512-${createHash("sha512")
			.update(await readFile(archive))
			.digest("base64")}`;
		if (integrity !== target.integrity)
			throw new Error(
				`${target.npm}@${NODE_VERSION} has integrity ${integrity}, not the pinned ${target.integrity}: do not build with it`,
			);
		const inside = target.os === "windows" ? "bin/node.exe" : "bin/node";
		await extract({ file: archive, cwd: folder, strip: 1 }, [
			`package/${inside}`,
		]);
		const digest = await sha256(join(folder, inside));
		if (digest !== target.sha256)
			throw new Error(
				`the Node in ${target.npm}@${NODE_VERSION} has SHA-256 ${digest}, not the pinned ${target.sha256}`,
			);
		await rename(join(folder, inside), binary);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/**
 * Copies `node` to where pkg looks for that of `target` in the home folder `home`, with the marks of a
 * finished download, so that pkg needs no network.
 */
export async function seed(
	home: string,
	target: Target,
	node: string,
): Promise<void> {
	const os = target.platform === "macos" ? "darwin" : target.platform;
	const sea = join(home, ".pkg-cache", "sea");
	const name = join(sea, `node-v${NODE_VERSION}-${os}-${target.cpu}`);
	const windows = target.os === "windows";
	const binary = windows ? `${name}.exe` : join(name, "bin", "node");
	const archive = `${name}.${windows ? "zip" : "tar.gz"}`;
	await mkdir(dirname(binary), { recursive: true });
	await copyFile(node, binary, constants.COPYFILE_FICLONE);
	for (const mark of [archive, `${archive}.ok`, `${binary}.ok`])
		await writeFile(mark, "");
}
