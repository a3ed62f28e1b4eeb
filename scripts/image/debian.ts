import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Target } from "../build/targets.ts";

const run = promisify(execFile);

/** One of Debian's packages, as an image has it. */
export interface DebianPackage {
	readonly name: string;
	readonly version: string;
	/** In the archive's pool, without version and architecture: `main/g/glibc`. */
	readonly folder: string;
	/** Of the package file, in lower-case hex. */
	readonly sha256: Readonly<Record<Target["arch"], string>>;
	/** Shared objects that are taken from it; none: its copyright alone. */
	readonly libraries: readonly string[];
}

const GCC = "12.2.0-14+deb12u1";

/** What Node loads, of Debian 12. */
export const PACKAGES: readonly DebianPackage[] = [
	{
		name: "gcc-12-base",
		version: GCC,
		folder: "main/g/gcc-12",
		sha256: {
			amd64: "1896a2aacf4ad681ff5eacc24a5b0ca4d5d9c9b9c9e4b6de5197bc1e116ea619",
			arm64: "674cf6cba6d432bd200c45fe866c1652c7a53523cc2e7a613e05bc4abf7b5440",
		},
		libraries: [],
	},
	{
		name: "libatomic1",
		version: GCC,
		folder: "main/g/gcc-12",
		sha256: {
			amd64: "fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d",
			arm64: "1693aa13ce2b30d061a519fc28b77b9bab8c8e45804ced5969d99821e1bc2159",
		},
		libraries: ["libatomic.so.1"],
	},
	{
		name: "libc6",
		version: "2.36-9+deb12u14",
		folder: "main/g/glibc",
		sha256: {
			amd64: "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf",
			arm64: "01f4330719fd4f65580e16ea5a0527f372fca750e8f588d26deaf09f2d3b1cf4",
		},
		libraries: [
			"libc.so.6",
			"libdl.so.2",
			"libm.so.6",
			"libpthread.so.0",
			// Loaded by name: who has an account, and what a host's address is.
			"libnss_dns.so.2",
			"libnss_files.so.2",
			"libresolv.so.2",
		],
	},
	{
		name: "libgcc-s1",
		version: GCC,
		folder: "main/g/gcc-12",
		sha256: {
			amd64: "3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7",
			arm64: "576926b283613db80168ddf76380a3bd877602778cf0d226caa7bfbfa71eacf3",
		},
		libraries: ["libgcc_s.so.1"],
	},
	{
		name: "libstdc++6",
		version: GCC,
		folder: "main/g/gcc-12",
		sha256: {
			amd64: "5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d",
			arm64: "26e138c677a985775331373828a6c286c551ff397cb735d00e2383cb273d1cb2",
		},
		libraries: ["libstdc++.so.6"],
	},
];

/** A package unpacked: the folder, and its entry for dpkg's status. Throws where a checksum differs. */
export async function unpacked(
	{ name, version, folder, sha256 }: DebianPackage,
	arch: Target["arch"],
): Promise<{ readonly folder: string; readonly control: string }> {
	const sum = sha256[arch];
	const kept = resolve(".cache/debian", sum.slice(0, 32));
	const file = join(kept, `${name}_${version}_${arch}.deb`);
	if (!existsSync(file)) {
		const path = `pool/${folder}/${encodeURIComponent(`${name}_${version}_${arch}.deb`)}`;
		await mkdir(kept, { recursive: true });
		await writeFile(`${file}.new`, await fetched(path));
		await rename(`${file}.new`, file);
	}
	const found = createHash("sha256")
		.update(await readFile(file))
		.digest("hex");
	if (found !== sum)
		throw new Error(`${file} has the checksum ${found} instead of ${sum}`);
	const data = join(kept, "data");
	await run("dpkg-deb", ["-x", file, data]);
	const { stdout } = await run("dpkg-deb", ["-f", file], {
		env: { ...process.env, LC_ALL: "C" },
	});
	return { folder: data, control: stdout };
}

async function fetched(path: string): Promise<Buffer> {
	const refusals: string[] = [];
	for (const archive of await archives()) {
		const answer = await fetch(`${archive}/${path}`);
		if (answer.ok) return Buffer.from(await answer.arrayBuffer());
		refusals.push(`${archive}/${path} answers ${answer.status}`);
	}
	throw new Error(
		refusals.join(", ") ||
			"no archive of Debian is known here: name one in DEBIAN_ARCHIVES",
	);
}

/**
 * Debian's archives, as addresses above `pool/`: those that DEBIAN_ARCHIVES names, apart by spaces
 * (one of a snapshot keeps what is pinned), else those that this machine's apt uses. Whichever it is,
 * the checksums say what is taken.
 */
async function archives(): Promise<string[]> {
	const named = process.env.DEBIAN_ARCHIVES;
	if (named) return named.split(" ").filter((archive) => archive !== "");
	const { stdout } = await run("apt-get", ["update", "--print-uris"]);
	const found = stdout.matchAll(/^'(\S+)\/dists\/bookworm\S*\/InRelease'/gm);
	return [...new Set([...found].map(([, archive = ""]) => archive))];
}
