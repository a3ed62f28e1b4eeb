import type { Advice } from "../errors.ts";

/** A note in words. */
export interface NoteWords {
	/** One line, or several. Without `Warning:`, and without a line end. */
	readonly message: string | readonly string[];
	/** What to run about it. */
	readonly advice?: Advice;
	/** Prose without a command: broken between words where the terminal is narrower. */
	readonly prose?: true;
}

/** The notes of a union with one cause. */
type NoteOf<N extends { readonly cause: string }, Cause> = N extends {
	readonly cause: infer Causes;
}
	? Cause extends Causes
		? Omit<N, "cause"> & { readonly cause: Cause }
		: never
	: never;

/**
 * The words of each note of a union, by its cause: `satisfies` makes a new cause break the table.
 * `contextFlags` are added to commands that stand within a message.
 */
export type Wording<N extends { readonly cause: string }, Words = NoteWords> = {
	readonly [Cause in N["cause"]]: (
		note: NoteOf<N, Cause>,
		contextFlags: readonly string[],
	) => string | Words;
};
