import { type Line, median } from "./measuring.ts";

/** A bench's lines, and the machine as it was when they were taken. */
export interface Recorded {
	/** RFC 3339, day only. */
	readonly date: string;
	readonly machine: string;
	/** Load average over a minute when it ended: a machine that does something else measures that. */
	readonly load: number;
	/** That the bench took, what it has to set up included; absent in what was recorded before. */
	readonly seconds?: number;
	/** Names and versions of what took part. */
	readonly versions: Readonly<Record<string, string>>;
	readonly lines: readonly Line[];
}

const NOTES = "## Notes";

/** bench/RESULTS.md: a table a bench, by name, and the notes that stood in it `before`. */
export function resultsText(
	benches: Readonly<Record<string, Recorded>>,
	before: string,
): string {
	const start = before.indexOf(`${NOTES}\n`);
	const notes = start < 0 ? `${NOTES}\n` : before.slice(start);
	const tables = Object.keys(benches)
		.sort()
		.map((name) => tableOf(name, benches[name] as Recorded));
	return `# Results

What \`npm run bench -- --record\` measured; results.json holds every sample. Medians of whole processes, start-up included: of the source in \`check\` and \`inject\`, of the packaged file elsewhere; \`keyring\` is one function, and \`in-flight\` runs on a played clock. A time depends on the machine: read the ratios, which are of one run.

${tables.join("\n")}
${notes}`;
}

function tableOf(name: string, recorded: Recorded): string {
	const { date, machine, load, seconds, versions, lines } = recorded;
	const took = seconds === undefined ? "" : `, ${seconds} s`;
	const with_ = Object.entries(versions).map((pair) => pair.join(" "));
	return `## ${name}

${date}, ${machine}, load ${load.toFixed(1)}${took}; ${with_.join(", ")}.

| work | median | samples | bar |
| --- | ---: | --- | --- |
${lines.map(rowOf).join("\n")}
`;
}

function rowOf(line: Line): string {
	const { work, unit, samples, ratio, against, verdicts } = line;
	const digits = unit === "count" ? 0 : 1;
	const middle = median(samples).toFixed(digits);
	const range =
		samples.length > 1
			? `${Math.min(...samples).toFixed(digits)}–${Math.max(...samples).toFixed(digits)} of ${samples.length}`
			: "";
	const bars = [
		...(ratio === undefined ? [] : [`${ratio.toFixed(2)} × ${against}`]),
		...verdicts.map(({ text, kept }) => (kept ? text : `**missed:** ${text}`)),
	];
	return `| ${work} | ${unit === "count" ? middle : `${middle} ${unit}`} | ${range} | ${bars.join("; ")} |`;
}
