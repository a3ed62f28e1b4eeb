import { chmod, cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { create } from "tar";
import { binaryName, nameOf, type Target } from "../build/targets.ts";

/** Every file in every archive carries this time, so that the same content gives the same bytes. */
const MODIFIED = new Date("2026-01-01T00:00:00Z");
/** The same for zip, which has no time zones: what a clock on the wall shows, wherever it hangs now. */
const modifiedInZip = () => new Date(2026, 0, 1);

/** The archive's file name: the address in the krew manifest ends with it. */
export function archiveName(target: Target, version: string): string {
	return `kubectl-meshreg_v${version}_${nameOf(target)}.${target.os === "windows" ? "zip" : "tar.gz"}`;
}

/** The archive of one platform: the binary, executable, and LICENSE beside it. */
export async function packArchive(
	target: Target,
	binary: string,
): Promise<Buffer> {
	return target.os === "windows" ? zip(target, binary) : tarGz(target, binary);
}

async function zip(target: Target, binary: string): Promise<Buffer> {
	const unix = 3;
	const entry = async (path: string, mode: number) =>
		[
			await readFile(path),
			{
				level: 6,
				mtime: modifiedInZip(),
				os: unix,
				attrs: (0o100000 | mode) * 2 ** 16,
			},
		] as const;
	return Buffer.from(
		zipSync({
			LICENSE: [...(await entry("LICENSE", 0o644))],
			[binaryName(target)]: [...(await entry(binary, 0o755))],
		}),
	);
}

async function tarGz(target: Target, binary: string): Promise<Buffer> {
	await mkdir(".cache", { recursive: true });
	const folder = await mkdtemp(join(".cache", "archive-"));
	try {
		const names = ["LICENSE", binaryName(target)];
		await cp("LICENSE", join(folder, "LICENSE"));
		await cp(binary, join(folder, binaryName(target)));
		// A checkout's umask, or a store of build artifacts, may have changed what is executable.
		await chmod(join(folder, "LICENSE"), 0o644);
		await chmod(join(folder, binaryName(target)), 0o755);
		const tar = create(
			{
				cwd: folder,
				portable: true,
				mtime: MODIFIED,
				strict: true,
				sync: true,
			},
			names,
		);
		// Level 9 takes three times as long, for a two-hundredth less.
		return gzipSync(tar.read() ?? Buffer.alloc(0), { level: 6 });
	} finally {
		await rm(folder, { recursive: true });
	}
}
