/** More than these are no typing mistake, however long the word is: names of one cluster begin alike. */
const MOST_EDITS = 3;

/** The candidate that a typing mistake most likely meant; undefined where none is near. */
export function nearest(
	word: string,
	candidates: readonly string[],
): string | undefined {
	let best: string | undefined;
	let least =
		Math.min(Math.max(1, Math.floor(word.length / 3)), MOST_EDITS) + 1;
	for (const candidate of candidates) {
		const edits = distance(word, candidate);
		if (edits < least) {
			best = candidate;
			least = edits;
		}
	}
	return (
		best ??
		candidates.find(
			(candidate) => word.length >= 3 && candidate.startsWith(word),
		)
	);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const at = (r: number, c: number): number =>
				(r === i ? row : rows[r])?.[c] ?? 0;
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let edits = Math.min(
				at(i - 1, j) + 1,
				at(i, j - 1) + 1,
				at(i - 1, j - 1) + same,
			);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				edits = Math.min(edits, at(i - 2, j - 2) + 1);
			row.push(edits);
		}
		rows.push(row);
	}
	return rows[a.length]?.[b.length] ?? 0;
}
