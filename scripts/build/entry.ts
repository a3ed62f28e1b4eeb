/** Where the packaged binary starts: hands over to the bundle that is kept inside it. */
import { getAssetKeys, getRawAsset } from "node:sea";
import { chunkLoader, compileChunk } from "./chunk-loader.ts";

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
