/**
 * How many objects a command works on at once: more than are under way, whose limit is the transport's and is what
 * the server feels. What waits is kept in memory, once a cluster.
 */
export const AT_ONCE = 96;

/**
 * Works on every item, at most `limit` at once; the results are in the items' order. The first rejection stops the start
 * of further work, and is thrown when what is under way has ended.
 */
export async function inParallel<Item, Result>(
	items: readonly Item[],
	work: (item: Item, index: number) => Promise<Result>,
	limit = AT_ONCE,
): Promise<Result[]> {
	const results: Result[] = new Array(items.length);
	let next = 0;
	let failure: { error: unknown } | undefined;
	const worker = async (): Promise<void> => {
		while (failure === undefined && next < items.length) {
			const index = next++;
			try {
				results[index] = await work(items[index] as Item, index);
			} catch (error) {
				failure ??= { error };
			}
		}
	};
	await Promise.all(
		Array.from({ length: Math.min(limit, items.length) }, worker),
	);
	if (failure !== undefined) throw failure.error;
	return results;
}

/** Hands results on in the order of what they are of, each once all before it are there; `flush`: whatever has come. */
export function orderly<Result extends readonly unknown[]>(
	onResult?: (...result: Result) => void,
): {
	add: (index: number, ...result: Result) => void;
	flush: () => void;
} {
	const waiting = new Map<number, Result>();
	let next = 0;
	return {
		add(index, ...result) {
			waiting.set(index, result);
			for (
				let ready = waiting.get(next);
				ready !== undefined;
				ready = waiting.get(next)
			) {
				waiting.delete(next++);
				onResult?.(...ready);
			}
		},
		flush() {
			const left = [...waiting].sort(([a], [b]) => a - b);
			waiting.clear();
			for (const [, result] of left) onResult?.(...result);
		},
	};
}
