/** A list that is never empty. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** Items with equal keys together, the groups in the order of their first items. */
export function groupsBy<T>(
	items: Iterable<T>,
	keyOf: (item: T) => unknown,
): NonEmpty<T>[] {
	// A group begins with an item.
	return [...Map.groupBy(items, keyOf).values()] as [T, ...T[]][];
}

/** Each once, of several with equal keys the last, in the place of the first. */
export function distinct<T>(
	items: readonly T[],
	keyOf: (item: T) => string,
): T[] {
	return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** What is meant, and the rest, each in its order. */
export function partition<T>(
	items: readonly T[],
	isMeant: (item: T) => boolean,
): [meant: T[], rest: T[]] {
	return [items.filter(isMeant), items.filter((item) => !isMeant(item))];
}
