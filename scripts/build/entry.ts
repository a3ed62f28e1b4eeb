/** Where the packaged binary starts: hands over to the bundle that is kept inside it. */
import { getAssetKeys, getRawAsset } from "node:sea";
import { chunkLoader, compileChunk } from "./chunk-loader.ts";

/** Milliseconds after which everyday command lines have loaded all that they need. */
const LOADED = 500;

/*
 * Left alone, the space for old objects is cleared when it is four times what was alive the last time; twice saves
 * 20 to 40 MiB with 10,000 namespaces, and no time. Not from the start on: under such a flag V8 takes nothing that was
 * compiled without it, neither of Node nor of ours.
 */
setTimeout(
	// Whoever is done before does not load it.
	() =>
		process
			.getBuiltinModule("node:v8")
			.setFlagsFromString("--heap-growing-percent=100"),
	LOADED,
).unref();

const names = new Set(getAssetKeys());
chunkLoader((name) =>
	compileChunk(
		name,
		// The bundler escapes what is not ASCII, so that this is exact and quick.
		Buffer.from(getRawAsset(name)).toString("latin1"),
		names.has(`${name}.cache`)
			? new Uint8Array(getRawAsset(`${name}.cache`))
			: undefined,
	),
)("./main.js");
