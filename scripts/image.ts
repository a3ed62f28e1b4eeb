/**
 * `npm run image`: dist/image, an OCI layout for linux/amd64 and arm64 of the packaged binaries, for
 * `skopeo copy --all oci:dist/image docker://…`. No daemon is needed, and the same input gives the same
 * bytes. `-- linux_amd64=PATH` takes another binary for a platform, and leaves out those not named.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";
import { binaryName, nameOf, TARGETS } from "./build/targets.ts";
import { imageTar, PROGRAM, USER } from "./image/files.ts";
import { writeLayout } from "./image/layout.ts";
import { sbom } from "./package/sbom.ts";

/** Every file in it carries this time, as in the archives. */
const MADE = new Date("2026-01-01T00:00:00Z");

const given = new Map(
	process.argv.slice(2).map((word): [string, string] => {
		const at = word.indexOf("=");
		return [word.slice(0, at), word.slice(at + 1)];
	}),
);
const { version } = JSON.parse(await readFile("package.json", "utf8")) as {
	version: string;
};
const binaries = resolve("dist/binaries");
const parts =
	given.size > 0
		? ""
		: await sbom(
				version,
				JSON.parse(
					await readFile(join(binaries, "bundle.json"), "utf8"),
				) as Metafile,
			);
const images = [];
for (const target of TARGETS) {
	const binary =
		given.size > 0
			? given.get(nameOf(target))
			: join(binaries, nameOf(target), binaryName(target));
	if (target.os !== "linux" || binary === undefined) continue;
	const tar = await imageTar(target.arch, binary, { sbom: parts, made: MADE });
	console.error(`${nameOf(target)}: ${(tar.length / 2 ** 20).toFixed(1)} MiB`);
	images.push({ architecture: target.arch, tar });
}
const source = "https://github.com/kubectl-meshreg/kubectl-meshreg";
console.log(
	await writeLayout(resolve("dist/image"), images, {
		entrypoint: [`/${PROGRAM}`],
		user: `${USER}:${USER}`,
		env: ["PATH=/usr/bin"],
		labels: {
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.source": source,
			"org.opencontainers.image.title": "kubectl-meshreg",
			"org.opencontainers.image.version": `v${version}`,
		},
		created: MADE.toISOString().replace(".000", ""),
		tag: `v${version}`,
	}),
);
