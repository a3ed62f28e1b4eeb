/** The first of a list, five unless told, and how many more there are: `app, pay, shop and 7 more`. */
export function someOf(names: readonly string[], most = 5): string {
	const more = names.length - most;
	return (
		names.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "")
	);
}

/** The first of many lines, five unless told, and a last one with how many more there are. */
export function someLines(lines: readonly string[], most = 5): string[] {
	const more = lines.length - most;
	return [...lines.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])];
}
