import type { RunEvent } from "../core/document.ts";
import type { Note } from "../core/note.ts";
import type { World } from "../world.ts";

type Level = (RunEvent & { type: "note" })["level"];

/** Makes a function that tells notes, each as an event of this level. */
const teller =
	(level: Level, more: { readonly unlessQuiet?: true } = {}) =>
	(world: Pick<World, "emit">, ...notes: readonly Note[]): void => {
		for (const note of notes)
			world.emit({ type: "note", level, note, ...more });
	};

/** Tells what failed while the rest goes on, each behind `error: `. */
export const tellError = teller("error");

/** Tells of what does not stop the work, each behind `Warning: `. */
export const warn = teller("warning");

/** Tells whoever watches. */
export const tell = teller("info");

/** The same, but for what `-q` drops. */
export const tellUnlessQuiet = teller("info", { unlessQuiet: true });
