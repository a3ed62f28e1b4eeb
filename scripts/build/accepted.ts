/**
 * `node accepted.cjs FOLDER`: fails where V8, as it is started here, would compile a chunk in FOLDER
 * again although what was compiled before stands beside it, as `CHUNK.cache`: users would pay for that
 * at every start, and nothing else would tell.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileChunk } from "./chunk-loader.ts";

const folder = process.argv[2] ?? "";
const chunks = readdirSync(folder).filter((name) => name.endsWith(".js"));
const refused = chunks.filter((name) => {
	const path = join(folder, name);
	if (!existsSync(`${path}.cache`)) return false;
	const source = readFileSync(path, "latin1");
	const cache = readFileSync(`${path}.cache`);
	return compileChunk(`./${name}`, source, cache).cachedDataRejected !== false;
});
if (refused.length > 0)
	throw new Error(`compiled for other flags of V8: ${refused.join(", ")}`);
