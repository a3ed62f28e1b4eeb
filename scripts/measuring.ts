/**
 * What `npm run bench` is made of. Each file in scripts/bench exports `bench: Bench`; the runner finds
 * it there, prints its rows as a table and writes them to dist/bench.json.
 */

/** One line of the table: what was done, and a sample a repetition, in `unit`. */
export interface Row {
	readonly work: string;
	readonly unit: "ms" | "MiB" | "MB" | "MB/s" | "count";
	readonly samples: readonly number[];
	/** The `work` of the row of the same bench whose median this one's is divided by. */
	readonly against?: string;
}

export interface Bench {
	/** One word, as `npm run bench -- NAME` takes it. */
	readonly name: string;
	/** Throws where something it needs is missing: the runner says so and goes on with the next. */
	run(): Promise<Row[]>;
}

/** A row as it is printed: `ratio` is median over the other row's median. */
export interface Line extends Row {
	readonly median: number;
	readonly ratio?: number;
}

/** The middle sample, or the mean of the two in the middle. Samples must not be empty. */
export function median(samples: readonly number[]): number {
	const sorted = [...samples].sort((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.floor((sorted.length - 1) / 2)];
	if (upper === undefined || lower === undefined) throw new Error("no samples");
	return (lower + upper) / 2;
}

/** Adds medians and ratios; throws where `against` names no row. */
export function toLines(rows: readonly Row[]): Line[] {
	return rows.map((row) => {
		const line = { ...row, median: median(row.samples) };
		if (row.against === undefined) return line;
		const other = rows.find((r) => r.work === row.against);
		if (!other) throw new Error(`no row "${row.against}" to divide by`);
		return { ...line, ratio: line.median / median(other.samples) };
	});
}

/** How long each piece of work takes, in ms: all of them in turn, so that a busy machine hits all alike. */
export async function timeInTurn(
	repeats: number,
	works: Readonly<Record<string, () => Promise<unknown> | unknown>>,
): Promise<Record<string, number[]>> {
	const times = Object.fromEntries(
		Object.keys(works).map((work) => [work, [] as number[]]),
	);
	for (let i = 0; i < repeats; i++)
		for (const [work, act] of Object.entries(works)) {
			const start = performance.now();
			await act();
			times[work]?.push(performance.now() - start);
		}
	return times;
}
