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

/** What is meant, and the rest, each in its order. */
export function partition<T>(
	items: readonly T[],
	isMeant: (item: T) => boolean,
): [meant: T[], rest: T[]] {
	return [items.filter(isMeant), items.filter((item) => !isMeant(item))];
}
