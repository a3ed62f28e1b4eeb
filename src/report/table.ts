import { lengthOf, lineOf } from "../core/output/printable.ts";
import type { Painted, Text } from "../core/output/styled.ts";

/**
 * No cell is wider than this to its column: what somebody else wrote there would make every other
 * line as long, and a list of a thousand as large as the terminal's memory.
 */
export const WIDEST = 200;

/**
 * A table as kubectl prints one: each column as wide as its longest cell plus
 * three and at least six, the last one unpadded, empty cells `<none>`.
 */
export function table(
	headers: readonly string[] | undefined,
	rows: Iterable<readonly (string | Painted)[]>,
	/** Of what was printed above: never narrower than that, and written back. */
	before: number[] = [],
): Text {
	const cells = Array.from(rows, (row) => row.map(toCell));
	const all = headers === undefined ? cells : [headers.map(toCell), ...cells];
	const widths = (all[0] ?? []).map((_, column) =>
		Math.max(
			6,
			before[column] ?? 0,
			3 +
				all.reduce(
					(most, row) =>
						Math.max(most, Math.min(WIDEST, row[column]?.length ?? 0)),
					0,
				),
		),
	);
	before.splice(0, before.length, ...widths);
	return all.flatMap((row) =>
		row.flatMap(({ text, length, colour }, column) => {
			const gap =
				column === row.length - 1
					? "\n"
					: " ".repeat(Math.max(3, (widths[column] ?? 0) - length));
			return colour === undefined ? text + gap : [{ text, colour }, gap];
		}),
	);
}

/** Its length, in characters, is that of what is shown of it. */
function toCell(cell: string | Painted): {
	text: string;
	length: number;
	colour?: Painted["colour"];
} {
	const text = lineOf(typeof cell === "string" ? cell || "<none>" : cell.text);
	return {
		text,
		length: lengthOf(text),
		...(typeof cell !== "string" && { colour: cell.colour }),
	};
}
