/**
 * `node warm.cjs FOLDER`: runs the bundle in FOLDER as some everyday command lines and writes what V8
 * has then compiled beside each chunk, as `CHUNK.cache`. To be run on the very Node that is packaged.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Script } from "node:vm";
import { chunkLoader, compileChunk } from "./chunk-loader.ts";

/** What is compiled for these need not be compiled at the user's. Nothing answers at the server's address. */
const COMMAND_LINES = [
	["--version"],
	["--help"],
	["sync", "--help"],
	["completion", "bash"],
	["__complete", "sync", "-"],
	["list", "--server=http://127.0.0.1:1"],
];

const folder = process.argv[2] ?? "";
const scripts = new Map<string, Script>();
const load = () =>
	chunkLoader((name) => {
		const known =
			scripts.get(name) ??
			compileChunk(name, readFileSync(join(folder, name), "latin1"));
		scripts.set(name, known);
		return known;
	});

function next(): void {
	const words = COMMAND_LINES.shift();
	if (!words) {
		process.off("beforeExit", next);
		finish();
		return;
	}
	process.argv = [process.execPath, "kubectl-meshreg", ...words];
	load()("./main.js");
}

/** Chunks that no command line came upon are compiled as far as loading them goes. */
function finish(): void {
	const rest = load();
	for (const file of readdirSync(folder).sort())
		if (file.endsWith(".js") && !scripts.has(`./${file}`)) rest(`./${file}`);
	for (const [name, script] of scripts)
		writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
	process.exitCode = 0;
}

process.on("beforeExit", next);
next();
