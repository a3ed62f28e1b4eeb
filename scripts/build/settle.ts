/**
 * `node settle.cjs FOLDER`: takes what V8 has compiled of each chunk in FOLDER from `CHUNK.cache`, one after
 * the other in the order of their names, and writes it there again. V8 numbers functions as they come into
 * being, Node's own among them, of which a slow machine runs others than a quick one (timers, streams that
 * wait): here nothing else runs, so that the same functions have the same numbers.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileChunk } from "./chunk-loader.ts";

const folder = process.argv[2] ?? "";
for (const cache of readdirSync(folder).sort()) {
	if (!cache.endsWith(".cache")) continue;
	const name = cache.slice(0, -".cache".length);
	const path = join(folder, cache);
	const source = readFileSync(join(folder, name), "latin1");
	const script = compileChunk(`./${name}`, source, readFileSync(path));
	if (script.cachedDataRejected !== false)
		throw new Error(`compiled for another V8: ${name}`);
	writeFileSync(path, script.createCachedData());
}
