import type { Page } from "../../world.ts";

/** What `keep` makes of each object of a list: nothing, one or several. Throws what the cluster throws. */
export async function allOf<T, Kept>(
	pages: AsyncIterable<Page<T>>,
	keep: (item: T) => Kept | readonly Kept[],
): Promise<Kept[]> {
	const all: Kept[] = [];
	for await (const { items } of pages)
		for (const kept of items.flatMap(keep)) all.push(kept);
	return all;
}
