/**
 * A union told apart by the field `Tag`: of each case its name, as that field's value, and its other fields.
 * All of them are read-only.
 */
export type Cases<Tag extends string, Shapes> = {
	[Name in keyof Shapes]: Readonly<Record<Tag, Name> & Shapes[Name]>;
}[keyof Shapes];

/** Told apart by `cause`, which is stable: scripts go by it. */
export type Causes<Shapes> = Cases<"cause", Shapes>;

/** Told apart by `is`. */
export type Faults<Shapes> = Cases<"is", Shapes>;

/** A case that has no other field. */
export type None = Record<never, never>;
