/** More than these are no typing mistake, however long the word is: flags begin alike. */
const MOST_EDITS = 3;

/** The candidate, a verb or a flag, that a typing mistake most likely meant; undefined where none is near. */
export function nearest(
	word: string,
	candidates: readonly string[],
): string | undefined {
	let best: string | undefined;
	// Of one letter nothing would be left.
	const fewest = word.length === 1 ? 0 : 1;
	let least =
		Math.min(Math.max(fewest, Math.floor(word.length / 3)), MOST_EDITS) + 1;
	for (const candidate of candidates) {
		// Somebody may type any number of letters.
		if (Math.abs(word.length - candidate.length) >= least) continue;
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
	// By how many letters of each: what their beginnings differ in.
	const rows: number[][] = [];
	const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
	for (let i = 0; i <= a.length; i++) {
		const row: number[] = [];
		rows.push(row);
		for (let j = 0; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			const edits = Math.min(
				at(i - 1, j) + 1,
				at(i, j - 1) + 1,
				at(i - 1, j - 1) + (isSame ? 0 : 1),
				isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
			);
			row.push(i + j === 0 ? 0 : edits);
		}
	}
	return at(a.length, b.length);
}
