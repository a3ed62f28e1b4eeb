/**
 * `npm run package`: dist/release with an archive a platform, checksums, an SBOM and the krew manifest,
 * all from this one Linux machine. `-- binaries` and `-- archives` do the two halves, and
 * `-- sign` between them signs the macOS binaries again, for a release with macOS's own tool.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { sha256 } from "./build/base-node.ts";
import { bundle } from "./build/bundle.ts";
import { binaryName, nameOf, TARGETS } from "./build/targets.ts";
import { archiveName, packArchive } from "./package/archive.ts";
import { makeBinary, sign } from "./package/binary.ts";
import { fillSums } from "./package/krew-manifest.ts";
import { sbom } from "./package/sbom.ts";

const steps = process.argv.slice(2);
const wants = (step: string) => steps.length === 0 || steps.includes(step);
const { version } = JSON.parse(await readFile("package.json", "utf8")) as {
	version: string;
};
const binaries = resolve("dist/binaries");
const release = resolve("dist/release");
const binaryOf = (target: (typeof TARGETS)[number]) =>
	join(binaries, nameOf(target), binaryName(target));

if (wants("binaries")) {
	const chunks = resolve(".cache/build/chunks");
	const bundled = await bundle("src/main.ts", chunks);
	await rm(binaries, { recursive: true, force: true });
	await mkdir(binaries, { recursive: true });
	await writeFile(join(binaries, "bundle.json"), JSON.stringify(bundled));
	for (const target of TARGETS)
		await makeBinary(chunks, target, binaryOf(target));
}

// Made above already, unless this is the half that runs on macOS.
if (steps.includes("sign"))
	for (const target of TARGETS)
		if (target.os === "darwin") await sign(binaryOf(target));

if (wants("archives")) {
	await rm(release, { recursive: true, force: true });
	await mkdir(release, { recursive: true });
	const sums: Record<string, string> = {};
	for (const target of TARGETS) {
		const name = archiveName(target, version);
		const bytes = await packArchive(target, binaryOf(target));
		await writeFile(join(release, name), bytes);
		sums[name] = await sha256(join(release, name));
		console.error(`${name}: ${(bytes.length / 2 ** 20).toFixed(1)} MiB`);
	}
	await writeFile(
		join(release, "krew-manifest.yaml"),
		fillSums(await readFile("krew-manifest.yaml", "utf8"), sums),
	);
	const sbomName = `kubectl-meshreg_v${version}.spdx.json`;
	await writeFile(
		join(release, sbomName),
		await sbom(
			version,
			JSON.parse(
				await readFile(join(binaries, "bundle.json"), "utf8"),
			) as Metafile,
		),
	);
	for (const name of ["krew-manifest.yaml", sbomName])
		sums[name] = await sha256(join(release, name));
	await writeFile(
		join(release, "checksums.txt"),
		Object.entries(sums)
			.map(([name, sum]) => `${sum}  ${name}\n`)
			.join(""),
	);
}
