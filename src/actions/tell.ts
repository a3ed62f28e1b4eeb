import type { Note } from "../core/note.ts";
import type { World } from "../world.ts";

/** Tells of what does not stop the work, each behind `Warning: `. */
export function warn(
	world: Pick<World, "emit">,
	...notes: readonly Note[]
): void {
	for (const note of notes) world.emit({ type: "warning", note });
}

/** Tells whoever watches. */
export function tell(
	world: Pick<World, "emit">,
	...notes: readonly Note[]
): void {
	for (const note of notes) world.emit({ type: "note", note });
}

/** The same, but for what `-q` drops. */
export function tellUnlessQuiet(
	world: Pick<World, "emit">,
	...notes: readonly Note[]
): void {
	for (const note of notes)
		world.emit({ type: "note", note, unlessQuiet: true });
}
