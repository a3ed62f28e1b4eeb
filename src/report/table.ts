import { printable } from "./printable.ts";

/**
 * A table as kubectl prints one: each column as wide as its longest cell plus
 * three and at least six, the last one unpadded, empty cells `<none>`.
 */
export function table(
	headers: readonly string[] | undefined,
	rows: readonly (readonly string[])[],
	/** Of what was printed above: never narrower than that, and written back. */
	before: number[] = [],
): string {
	const cells = rows.map((row) =>
		row.map((cell) => (cell === "" ? "<none>" : printable(cell))),
	);
	const all = headers === undefined ? cells : [headers, ...cells];
	const widths = (all[0] ?? []).map((_, column) =>
		Math.max(
			6,
			before[column] ?? 0,
			3 +
				all.reduce(
					(most, row) => Math.max(most, [...(row[column] ?? "")].length),
					0,
				),
		),
	);
	before.splice(0, before.length, ...widths);
	return all
		.map((row) => {
			const padded = row.map((cell, column) =>
				column === row.length - 1
					? cell
					: cell + " ".repeat((widths[column] ?? 0) - [...cell].length),
			);
			return `${padded.join("")}\n`;
		})
		.join("");
}
