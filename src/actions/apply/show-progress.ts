import { progressText } from "../../report/progress.ts";
import type { Progress, World } from "../../world.ts";

/** What is over sooner, in milliseconds, needs no progress. */
const SOON = 500;
/** Milliseconds between two updates: a terminal should not be what is waited for. */
const PAUSE = 100;
/** So few are over soon. */
const FEW = 50;

/** Does `work`, which calls `done` for each of `total` objects, and shows how far it is: at a terminal, unless `quiet`. */
export async function showProgress<T>(
	world: World,
	{
		total,
		quiet,
		what = "namespaces",
	}: {
		readonly total: number;
		readonly quiet: boolean;
		readonly what?: string;
	},
	work: (done: () => void) => Promise<T>,
): Promise<T> {
	if (!world.streams.animated || quiet || total < FEW) return work(() => {});
	const { clock } = world;
	const prompter = await world.prompter();
	const began = clock.elapsed();
	let count = 0;
	let next = began + SOON;
	let shown: Progress | undefined;
	try {
		return await work(() => {
			count++;
			const now = clock.elapsed();
			if (now < next) return;
			next = now + PAUSE;
			const text = progressText(count, total, now - began, what);
			if (shown) shown.update(text);
			else shown = prompter.progress(text);
		});
	} finally {
		shown?.stop();
	}
}
