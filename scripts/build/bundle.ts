import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Metafile, transform } from "esbuild";
import { asFunction } from "./chunk-loader.ts";
import { NODE_VERSION } from "./targets.ts";

const common = {
	platform: "node",
	target: `node${NODE_VERSION}`,
	minify: true,
	legalComments: "none",
	charset: "ascii",
	logLevel: "warning",
} satisfies BuildOptions;

/** Where the program starts. */
const MAIN = "main.js";

/**
 * Writes `entry` and everything it imports to `folder`: `main.js`, and a further chunk for each part
 * that is imported only when needed. What `main.js` imports at once it holds: of many small files each would
 * cost every start a tenth of a millisecond. They are CommonJS, because a single executable application loads
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
	const chunks = new Map<string, string>();
	for (const file of outputFiles) {
		const { code } = await transform(withGetters(file.text), {
			...common,
			format: "cjs",
			supported: { "dynamic-import": false },
		});
		chunks.set(basename(file.path), code);
	}
	const held = importedAtOnce(metafile);
	const functions = held.map(
		(name) => `"./${name}":${asFunction(chunks.get(name) ?? "")}`,
	);
	chunks.set(MAIN, `require.hold({${functions.join()}});${chunks.get(MAIN)}`);
	for (const name of held) chunks.delete(name);
	for (const [name, code] of chunks) await writeFile(join(folder, name), code);
	return metafile;
}

/** The names of the chunks that `main.js` does not start without, by esbuild's account. */
function importedAtOnce({ outputs }: Metafile): string[] {
	const imports = new Map(
		Object.entries(outputs).map(([path, output]) => [
			basename(path),
			output.imports
				.filter(
					({ kind, external }) => kind === "import-statement" && !external,
				)
				.map(({ path }) => basename(path)),
		]),
	);
	const found = new Set([MAIN]);
	for (const name of found)
		for (const imported of imports.get(name) ?? []) found.add(imported);
	found.delete(MAIN);
	return [...found];
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
