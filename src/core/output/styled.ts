/** What a colour says: all is well, worth knowing, wrong, beside the point. */
export type Colour = "green" | "yellow" | "red" | "dim";

/** A part of a text that has a colour where colours are shown. */
export interface Painted {
	readonly text: string;
	readonly colour: Colour;
}

/** Text for a terminal, in parts that may be made one by one; other people's words may be in all of them. */
export type Text = string | Iterable<string | Painted>;

/** A text without its colours. */
export function plain(text: Text): string {
	return Array.from(typeof text === "string" ? [text] : text, (part) =>
		typeof part === "string" ? part : part.text,
	).join("");
}
