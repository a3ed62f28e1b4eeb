import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
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
import { NODE_VERSION, type Target } from "./targets.ts";

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
 * Puts the stock Node of `target` where pkg looks for it under `home` (pkg's own cache, never the
 * user's), so that pkg downloads nothing, and returns its path. It comes from the installed npm
 * package `node` when that is for the same platform, else from the platform's npm package; its
 * checksum is compared either way, because a seeded cache skips pkg's own check.
 */
export async function seedNode(target: Target, home: string): Promise<string> {
	const os = target.platform === "macos" ? "darwin" : target.platform;
	const name = `node-v${NODE_VERSION}-${os}-${target.cpu}`;
	const sea = join(home, ".pkg-cache", "sea");
	const binary =
		os === "win" ? join(sea, `${name}.exe`) : join(sea, name, "bin", "node");
	if ((await sha256(binary)) !== target.sha256) {
		await mkdir(dirname(binary), { recursive: true });
		const installed = resolve(
			"node_modules/node/bin",
			os === "win" ? "node.exe" : "node",
		);
		if ((await sha256(installed)) === target.sha256)
			await copyFile(installed, binary);
		else await fetchNode(target, binary);
	}
	const archive = join(sea, `${name}.${os === "win" ? "zip" : "tar.gz"}`);
	for (const mark of [archive, `${archive}.ok`, `${binary}.ok`])
		await writeFile(mark, "");
	return binary;
}

async function fetchNode(target: Target, binary: string): Promise<void> {
	const folder = await mkdtemp(join(dirname(binary), "fetch-"));
	try {
		const npm = process.platform === "win32" ? "npm.cmd" : "npm";
		await run(npm, ["pack", "--silent", `${target.npm}@${NODE_VERSION}`], {
			cwd: folder,
			shell: process.platform === "win32",
		});
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
