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
	/** What it has to keep to. */
	readonly bars?: readonly Bar[];
}

/** A limit for a median: as it is, or, `against` another row of the same bench, divided by that one's. */
export interface Bar {
	readonly against?: string;
	readonly atMost: number;
	/** Turns it round: the other row has to be at least so many times this one. */
	readonly inverse?: true;
	/** For the largest sample instead of the median; without `against`. */
	readonly of?: "largest";
}

export interface Bench {
	/** One word, as `npm run bench -- NAME` takes it. */
	readonly name: string;
	/** It takes minutes, and more room than others: only where it is asked for by name. */
	readonly onlyByName?: true;
	/** Throws where something it needs is missing: the runner says so and goes on with the next. */
	run(): Promise<Row[]>;
}

/** A row as it is printed: `ratio` is median over the other row's median. */
export interface Line extends Row {
	readonly median: number;
	readonly ratio?: number;
	/** One a bar, as text: `1.2 × X (at most 1.5)`; `kept` says whether it is. */
	readonly verdicts: readonly {
		readonly text: string;
		readonly kept: boolean;
	}[];
}

/** So much of the work as BENCH_PART says (0.1: a tenth), to try a bench; all of it without. */
export function part(whole: number): number {
	return Math.ceil(whole * Number(process.env.BENCH_PART ?? 1));
}

/** The middle sample, or the mean of the two in the middle. Samples must not be empty. */
export function median(samples: readonly number[]): number {
	const sorted = [...samples].sort((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.floor((sorted.length - 1) / 2)];
	if (upper === undefined || lower === undefined) throw new Error("no samples");
	return (lower + upper) / 2;
}

/** Adds medians, ratios and verdicts; throws where `against` names no row. */
export function toLines(rows: readonly Row[]): Line[] {
	const medianOf = (work: string): number => {
		const row = rows.find((candidate) => candidate.work === work);
		if (!row) throw new Error(`no row "${work}" to divide by`);
		return median(row.samples);
	};
	return rows.map((row) => {
		const middle = median(row.samples);
		const verdicts = (row.bars ?? []).map((bar) => {
			const { against, atMost, inverse } = bar;
			if (against === undefined) {
				const largest = bar.of === "largest";
				const value = largest ? Math.max(...row.samples) : middle;
				return {
					text: `${largest ? "none above" : "at most"} ${atMost} ${row.unit}`,
					kept: value <= atMost,
				};
			}
			const other = medianOf(against);
			return inverse
				? {
						text: `${against} takes ${(other / middle).toFixed(1)} × as long (at least ${atMost})`,
						kept: other / middle >= atMost,
					}
				: {
						text: `${(middle / other).toFixed(2)} × ${against} (at most ${atMost})`,
						kept: middle / other <= atMost,
					};
		});
		return {
			...row,
			median: middle,
			verdicts,
			...(row.against !== undefined && {
				ratio: middle / medianOf(row.against),
			}),
		};
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
