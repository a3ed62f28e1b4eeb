import { build, type Metafile } from "esbuild";
import { NODE_VERSION } from "./targets.ts";

/**
 * Writes `entry` and everything it imports to `outfile` as one CommonJS file: the form that a single
 * executable takes. Dynamic imports stay lazy: their modules run when first awaited, so a command pays
 * only for what it loads. Returns esbuild's account of what went in, in bytes by input file.
 */
export async function bundle(
	entry: string,
	outfile: string,
): Promise<Metafile> {
	const { metafile } = await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		target: `node${NODE_VERSION}`,
		minify: true,
		keepNames: true,
		legalComments: "none",
		metafile: true,
		logLevel: "warning",
		// CommonJS has no import.meta; dependencies use its url to find files beside them.
		define: { "import.meta.url": "importMetaUrl" },
		banner: {
			js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;',
		},
	});
	return metafile;
}
