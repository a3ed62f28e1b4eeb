/**
 * `node warm.cjs FOLDER`: runs the bundle in FOLDER as `kubectl meshreg --help` and writes what V8 has
 * then compiled beside each chunk, as `CHUNK.cache`. Runs on the very Node that is packaged: V8 takes
 * a cache only from the same version on the same kind of processor.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Script } from "node:vm";
import { chunkLoader } from "./chunk-loader.ts";

const folder = process.argv[2] ?? "";
const scripts = new Map<string, Script>();
const load = chunkLoader(
	(name) => ({ source: readFileSync(join(folder, name), "latin1") }),
	(name, script) => scripts.set(name, script),
);
process.argv = [process.execPath, "kubectl-meshreg", "--help"];
process.once("exit", () => {
	for (const file of readdirSync(folder).sort())
		if (file.endsWith(".js")) load(`./${file}`);
	for (const [name, script] of scripts)
		writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
});
load("./main.js");
