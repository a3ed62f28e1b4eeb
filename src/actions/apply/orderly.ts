/**
 * Hands results on in the order of what they are results of, each as soon as all
 * before it are there; `flush` hands on whatever has come.
 */
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
