/**
 * `npm run bench [-- NAME…|all] [--record] [--busy]`: runs the benches of scripts/bench, prints medians
 * and ratios; `all`: also those that otherwise run only by name. With `--record` each is kept in
 * bench/RESULTS.md when it is done; with `--busy` one core is kept busy meanwhile, and they are kept
 * as tables of their own.
 */
import { execFile, spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import { kubernetesVersion } from "../test/support/real-cluster/go-module.ts";
import { type Recorded, resultsText } from "./bench-results.ts";
import { type Bench, type Line, toLines } from "./measuring.ts";

const folder = new URL("./bench/", import.meta.url);
const words = process.argv.slice(2);
const recording = words.includes("--record");
const busy = words.includes("--busy");
const everything = words.includes("all");
const wanted = words.filter(
	(word) => !["--record", "--busy", "all"].includes(word),
);
/** What keeps a core busy. */
const load = busy
	? spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" })
	: undefined;
process.once("exit", () => load?.kill("SIGKILL"));
const results: Record<string, Line[]> = {};

const files = (await readdir(folder)).filter((file) => file.endsWith(".ts"));
const benches = await Promise.all(
	files.sort().map(async (file) => {
		const module = await import(new URL(file, folder).href);
		return (module as { bench: Bench }).bench;
	}),
);
for (const name of wanted)
	if (!benches.some((bench) => bench.name === name)) {
		console.error(`no bench is called ${name}`);
		process.exit(2);
	}

for (const bench of benches) {
	if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
	if (wanted.length === 0 && !everything && bench.onlyByName) continue;
	const name = busy ? `${bench.name}, one core busy` : bench.name;
	console.log(`\n${name}`);
	const began = performance.now();
	try {
		const lines = toLines(await bench.run());
		const seconds = Math.round((performance.now() - began) / 1000);
		results[name] = lines;
		print(lines);
		console.log(`  in ${seconds} s`);
		if (recording) await record(name, seconds, lines);
	} catch (cause) {
		process.exitCode = 1;
		console.error(
			`  not measured: ${cause instanceof Error ? cause.message : cause}`,
		);
	}
}

const machine = {
	node: process.version,
	cpus: cpus().length,
	load: loadavg()[0],
};
await mkdir("dist", { recursive: true });
await writeFile(
	"dist/bench.json",
	`${JSON.stringify({ machine, results }, null, "\t")}\n`,
);
console.log(
	`\n${machine.cpus} CPUs, load ${machine.load?.toFixed(1)}, Node ${machine.node}; also in dist/bench.json`,
);

load?.kill("SIGKILL");

async function record(
	name: string,
	seconds: number,
	lines: Line[],
): Promise<void> {
	const [table, samples] = ["bench/RESULTS.md", "bench/results.json"];
	const old = (path: string) => readFile(path, "utf8").catch(() => "");
	const benches: Record<string, Recorded> = JSON.parse(
		(await old(samples)) || "{}",
	);
	benches[name] = {
		date: new Date().toISOString().slice(0, 10),
		machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
		load: loadavg()[0] ?? 0,
		seconds,
		versions: {
			Node: process.version,
			kubectl: await kubectlVersion(),
			Kubernetes: kubernetesVersion(),
		},
		lines,
	};
	await mkdir("bench", { recursive: true });
	await writeFile(samples, `${JSON.stringify(benches, null, "\t")}\n`);
	await writeFile(table, resultsText(benches, await old(table)));
}

async function kubectlVersion(): Promise<string> {
	const args = ["version", "--client", "-o", "json"];
	const { stdout } = await promisify(execFile)("kubectl", args);
	return JSON.parse(stdout).clientVersion.gitVersion;
}

function print(lines: readonly Line[]): void {
	const width = Math.max(...lines.map((line) => line.work.length));
	for (const line of lines) {
		const { work, unit, median, samples, ratio, against, verdicts } = line;
		const value =
			`${median.toFixed(unit === "count" ? 0 : 1)} ${unit}`.padStart(12);
		const range =
			samples.length > 1
				? `${Math.min(...samples).toFixed(0)}–${Math.max(...samples).toFixed(0)} of ${samples.length}`
				: "";
		const compared =
			ratio === undefined ? "" : `${ratio.toFixed(2)} × ${against}`;
		console.log(
			`  ${work.padEnd(width)} ${value}  ${range.padEnd(18)}  ${compared}`.trimEnd(),
		);
		for (const { text, kept } of verdicts)
			console.log(`  ${" ".repeat(width)} ${kept ? "ok  " : "MISS"} ${text}`);
	}
}
