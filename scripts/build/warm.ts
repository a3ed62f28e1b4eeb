/**
 * `node warm.cjs FOLDER`: runs the bundle in FOLDER as some everyday command lines and writes what V8
 * has then compiled beside each chunk, as `CHUNK.cache`. To be run on the very Node that is packaged.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Script } from "node:vm";
import { chunkLoader, compileChunk } from "./chunk-loader.ts";
import { playedServer } from "./played-server.ts";

const LOGIN = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password=played",
];

/**
 * What is compiled for these need not be compiled at the user's: nothing answers at the address of
 * port 1, and at `server` a cluster does that has a source and a copy that differs.
 */
const commandLines = (server: string): string[][] => [
	["--version"],
	["--help"],
	["sync", "--help"],
	["completion", "bash"],
	["__complete", "sync", "-"],
	["list", "--server=http://127.0.0.1:1"],
	["list", `--server=${server}`],
	["sync", `--server=${server}`],
	["apply", ...LOGIN, `--server=${server}`],
	["rotate", ...LOGIN, "--no-verify", `--server=${server}`],
	["check", `--server=${server}`],
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

let left: string[][] = [];

function next(): void {
	const words = left.shift();
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

playedServer().then((server) => {
	left = commandLines(server);
	process.on("beforeExit", next);
});
