/** The first five of a list, and how many more there are. */
export function someOf(names: readonly string[]): string {
	const more = names.length - 5;
	return names.slice(0, 5).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
