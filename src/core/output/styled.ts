/** What a colour says: all is well, worth knowing, wrong, beside the point. */
export type Colour = "green" | "yellow" | "red" | "dim";

/** A part of a text that has a colour where colours are shown. */
export interface Painted {
	readonly text: string;
	readonly colour: Colour;
}

/** Text for a terminal, in parts; other people's words may be in all of them. */
export type Text = string | readonly (string | Painted)[];

/** A text without its colours. */
export function plain(text: Text): string {
	return [text]
		.flat()
		.map((part) => (typeof part === "string" ? part : part.text))
		.join("");
}
