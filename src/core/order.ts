/** For sorting texts, in the order of code units: as the API server lists names. */
export function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** The same of what is in pairs, a Map's entries, by the first of each. */
export function byFirst(
	[a]: readonly [string, ...unknown[]],
	[b]: readonly [string, ...unknown[]],
): number {
	return compare(a, b);
}

/** The same of objects, by namespace and name: as one list of all namespaces has them. */
export function byPlace(
	a: { readonly namespace: string; readonly name: string },
	b: { readonly namespace: string; readonly name: string },
): number {
	return compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`);
}
