/**
 * `node accepted.cjs FOLDER`: fails where V8, as it is started here, would compile a chunk in FOLDER
 * because what was compiled does not stand beside it, as `CHUNK.cache`, or was compiled for another V8:
 * users would pay for that at every start, and nothing else would tell.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileChunk } from "./chunk-loader.ts";

const folder = process.argv[2] ?? "";
const chunks = readdirSync(folder).filter((name) => name.endsWith(".js"));
const refused = chunks.filter((name) => {
	const path = join(folder, name);
	if (!existsSync(`${path}.cache`)) return true;
	const source = readFileSync(path, "latin1");
	const cache = readFileSync(`${path}.cache`);
	return compileChunk(`./${name}`, source, cache).cachedDataRejected !== false;
});
if (refused.length > 0)
	throw new Error(`V8 would compile again: ${refused.join(", ")}`);
