/** `npm run bench [-- NAME…]`: runs the benches of scripts/bench, prints medians and ratios. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { type Bench, type Line, toLines } from "./measuring.ts";

const folder = new URL("./bench/", import.meta.url);
const wanted = process.argv.slice(2);
const results: Record<string, Line[]> = {};

for (const file of (await readdir(folder)).sort()) {
	if (!file.endsWith(".ts")) continue;
	const { bench } = (await import(new URL(file, folder).href)) as {
		bench: Bench;
	};
	if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
	console.log(`\n${bench.name}`);
	try {
		const lines = toLines(await bench.run());
		results[bench.name] = lines;
		print(lines);
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
