import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Metafile, transform } from "esbuild";
import { NODE_VERSION } from "./targets.ts";

const common = {
	platform: "node",
	target: `node${NODE_VERSION}`,
	minify: true,
	legalComments: "none",
	charset: "ascii",
	logLevel: "warning",
} satisfies BuildOptions;

/**
 * Writes `entry` and everything it imports to `folder`: `main.js`, and a further chunk for each part
 * that is imported only when needed. They are CommonJS, because a single executable application loads
 * no ES modules of its own; esbuild splits only those, so each chunk is turned afterwards. Returns
 * esbuild's account of what went in, in bytes by input file.
 */
export async function bundle(entry: string, folder: string): Promise<Metafile> {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	const { outputFiles, metafile } = await build({
		...common,
		entryPoints: { main: entry },
		outdir: folder,
		bundle: true,
		splitting: true,
		format: "esm",
		write: false,
		metafile: true,
		// CommonJS has no import.meta; dependencies use its url to find files beside them.
		define: { "import.meta.url": "importMetaUrl" },
		alias: {
			// V8 builds its set of all emoji sequences while it parses string-width: 30 ms, for yargs's help.
			"string-width": "fast-string-width",
			"@inquirer/editor": "./scripts/build/no-editor.ts",
			// The build for Node looks at the environment for every token, and would print it.
			yaml: "./node_modules/yaml/browser/index.js",
			// Its CommonJS build hides its requires from bundlers.
			"jsonc-parser": "./node_modules/jsonc-parser/lib/esm/main.js",
		},
	});
	for (const file of outputFiles) {
		const { code } = await transform(withGetters(file.text), {
			...common,
			format: "cjs",
			supported: { "dynamic-import": false },
		});
		await writeFile(join(folder, basename(file.path)), code);
	}
	return metafile;
}

/**
 * An ES module of esbuild's as CommonJS where its exports are concerned: one getter each, since libraries assign some
 * of them late. esbuild's own is a getter that calls a getter, at every use of another chunk's function.
 */
function withGetters(chunk: string): string {
	const text = chunk.replace(/^#!.*/, "");
	const [statement, names = ""] = /export\{([^{}]*)\};\s*$/.exec(text) ?? [];
	if (statement === undefined) return text;
	const getters = names.split(",").map((name) => {
		// `a`, `a as b`, `a as"b c"`
		const [own = "", shown = own] = name.split(/ as ?/);
		return `get ${shown}(){return ${own}}`;
	});
	return `${text.slice(0, -statement.length)}module.exports={__esModule:true,${getters.join()}};`;
}

/** Writes `entry` and everything it imports to the one CommonJS file `outfile`. */
export async function bundleOne(entry: string, outfile: string): Promise<void> {
	await build({
		...common,
		entryPoints: [entry],
		outfile,
		bundle: true,
		format: "cjs",
	});
}
