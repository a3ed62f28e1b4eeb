/**
 * `node warm.cjs FOLDER`: runs the bundle in FOLDER as some everyday command lines and writes what V8
 * has then compiled beside each chunk, as `CHUNK.cache`. To be run on the very Node that is packaged.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Script } from "node:vm";
import { chunkLoader, compileChunk } from "./chunk-loader.ts";
import { playedServer } from "./played-server.ts";

const KUBECONFIG = "kubeconfig";
const PLAYED = `--kubeconfig=${KUBECONFIG}`;
/** As kubectl and the clouds' tools write it. */
const kubeconfigOf = (server: string): string => `apiVersion: v1
kind: Config
preferences: {}
current-context: played
clusters:
- name: played
  cluster:
    server: ${server}
    certificate-authority-data: cGxheWVk
users:
- name: "played"
  user:
    token: played
contexts:
- name: played
  context:
    cluster: played
    user: played
    namespace: default
`;

const LOGIN = [
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password=played",
];

/**
 * What is compiled for these need not be compiled at the user's: nothing answers at the address of
 * port 1, and where the kubeconfig leads a cluster does that has a source and a copy that differs.
 */
const COMMAND_LINES: readonly (readonly string[])[] = [
	["--version"],
	["--help"],
	["sync", "--help"],
	["completion", "bash"],
	["__complete", "sync", "-"],
	["list", "--server=http://127.0.0.1:1"],
	["list", PLAYED],
	["sync", PLAYED],
	["sync", "-A", "--dry-run=client", "--contexts=played", PLAYED],
	["apply", ...LOGIN, PLAYED],
	["rotate", ...LOGIN, "--no-verify", PLAYED],
	["check", PLAYED],
];

/**
 * V8 notes beside a function's code how soon to make it quicker the next time, which depends on all that
 * ran: nothing is made quicker here, so that nothing is noted. A flag of the start would be another V8's.
 */
const TIERS = ["sparkplug", "maglev", "turbofan"];
for (const tier of TIERS) setFlagsFromString(`--no-${tier}`);

const folder = process.argv[2] ?? "";
const scripts = new Map<string, Script>();
/** Chunks that came along with another: what no command line came upon may ask for them. */
const held: Parameters<typeof chunkLoader>[1] = new Map();
const load = () =>
	chunkLoader((name) => {
		const known =
			scripts.get(name) ??
			compileChunk(name, readFileSync(join(folder, name), "latin1"));
		scripts.set(name, known);
		return known;
	}, held);

const left = [...COMMAND_LINES];

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
	for (const tier of TIERS) setFlagsFromString(`--${tier}`);
	for (const [name, script] of scripts)
		writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
	process.exitCode = brokenOff === "" ? 0 : 1;
}

// A command line that breaks off compiles another thing each time, and not what a user runs.
let brokenOff = "";
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = ((text: string, ...rest: []) => {
	if (text.startsWith("error: ")) brokenOff = text;
	return write(text, ...rest);
}) as typeof write;

// A command line ends the program; here the next one follows.
Object.assign(process, { exit() {} });

playedServer().then((server) => {
	writeFileSync(KUBECONFIG, kubeconfigOf(server));
	process.on("beforeExit", next);
});
