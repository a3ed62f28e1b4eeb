/** A list that is never empty. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** Items with equal keys together, the groups in the order of their first items. */
export function groupsBy<T>(
	items: Iterable<T>,
	keyOf: (item: T) => unknown,
): NonEmpty<T>[] {
	// Map.groupBy makes a group of its first item.
	return [...Map.groupBy(items, keyOf).values()] as unknown as NonEmpty<T>[];
}

/** What is meant, and the rest, each in its order. */
export function partition<T>(
	items: readonly T[],
	isMeant: (item: T) => boolean,
): [meant: T[], rest: T[]] {
	return [items.filter(isMeant), items.filter((item) => !isMeant(item))];
}
