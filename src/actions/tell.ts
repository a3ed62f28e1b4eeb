import type { RunEvent } from "../core/document.ts";
import type { Note } from "../core/note.ts";
import type { World } from "../world.ts";

/** Makes a function that tells notes, each as such an event. */
const teller =
	(eventOf: (note: Note) => RunEvent) =>
	(world: Pick<World, "emit">, ...notes: readonly Note[]): void => {
		for (const note of notes) world.emit(eventOf(note));
	};

/** Tells of what does not stop the work, each behind `Warning: `. */
export const warn = teller((note) => ({ type: "warning", note }));

/** Tells whoever watches. */
export const tell = teller((note) => ({ type: "note", note }));

/** The same, but for what `-q` drops. */
export const tellUnlessQuiet = teller((note) => ({
	type: "note",
	note,
	unlessQuiet: true,
}));
