/** More than these are no typing mistake, however long the word is: names of one cluster begin alike. */
const MOST_EDITS = 3;

/**
 * The candidate that a typing mistake most likely meant; undefined where none is near, and for a word that is one of
 * them: what was not there a moment ago was not mistyped.
 */
export function nearest(
	word: string,
	candidates: readonly string[],
): string | undefined {
	if (candidates.includes(word)) return undefined;
	let best: string | undefined;
	// Of one letter nothing would be left.
	const fewest = word.length === 1 ? 0 : 1;
	let least =
		Math.min(Math.max(fewest, Math.floor(word.length / 3)), MOST_EDITS) + 1;
	for (const candidate of candidates) {
		const edits = distance(word, candidate, least - 1);
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

/**
 * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); `most` + 1 where there
 * are more. A cluster has ten thousand names: only what is within `most` of the diagonal is looked at.
 */
function distance(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return most + 1;
	const empty = () => new Array<number>(b.length + 1).fill(most + 1);
	let twoAbove = empty();
	let above = empty().map((far, j) => Math.min(j, far));
	let row = empty();
	for (let i = 1; i <= a.length; i++) {
		row.fill(most + 1);
		row[0] = Math.min(i, most + 1);
		const end = Math.min(b.length, i + most);
		for (let j = Math.max(1, i - most); j <= end; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let edits = Math.min(
				(above[j] as number) + 1,
				(row[j - 1] as number) + 1,
				(above[j - 1] as number) + same,
			);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				edits = Math.min(edits, (twoAbove[j - 2] as number) + 1);
			row[j] = edits;
		}
		[twoAbove, above, row] = [above, row, twoAbove];
	}
	return Math.min(above[b.length] as number, most + 1);
}
