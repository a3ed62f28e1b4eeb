import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, createReadStream, existsSync } from "node:fs";
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
import {
	NODE_VERSION,
	type Pinned,
	pinnedNode,
	type Target,
} from "./targets.ts";

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
 * The path of the stock Node of `target`: as `npm ci` installed it on this platform, else from the
 * package itself, whose checksum is compared here, because a Node that is handed to pkg escapes pkg's
 * own check. Throws where npm has another package than the pinned one.
 */
export async function stockNode(
	target: Target,
	pinned = pinnedNode(target),
): Promise<string> {
	const inside = target.os === "windows" ? "bin/node.exe" : "bin/node";
	const installed = resolve("node_modules", target.npm);
	if ((await versionIn(installed)) === pinned.version)
		return join(installed, inside);
	const sum = Buffer.from(pinned.integrity.replace(/^sha512-/, ""), "base64");
	const kept = resolve(".cache/node", sum.toString("hex", 0, 16), inside);
	if (!existsSync(kept)) await fetchNode(target, pinned, inside, kept);
	return kept;
}

async function versionIn(folder: string): Promise<unknown> {
	try {
		const text = await readFile(join(folder, "package.json"), "utf8");
		return JSON.parse(text).version;
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw cause;
	}
}

async function fetchNode(
	{ npm }: Target,
	{ version, integrity }: Pinned,
	inside: string,
	binary: string,
): Promise<void> {
	await mkdir(resolve(".cache/node"), { recursive: true });
	const folder = await mkdtemp(resolve(".cache/node/fetch-"));
	try {
		const windows = process.platform === "win32";
		await run(
			windows ? "npm.cmd" : "npm",
			["pack", "--silent", `${npm}@${version}`],
			{ cwd: folder, shell: windows },
		);
		const archive = join(folder, `${npm}-${version}.tgz`);
		const actual = `sha512-${createHash("sha512")
			.update(await readFile(archive))
			.digest("base64")}`;
		if (actual !== integrity)
			throw new Error(
				`${npm}@${version} has integrity ${actual}, and package-lock.json pins ${integrity}: do not build with it`,
			);
		await extract({ file: archive, cwd: folder, strip: 1 }, [
			`package/${inside}`,
		]);
		await mkdir(dirname(binary), { recursive: true });
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
