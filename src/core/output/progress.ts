/** How far work came that was ended; `begun` where something was, or may have been, written and nothing is counted. */
export type Progress = Counted | "begun";

/** How many of those that were to be done. */
export interface Counted {
	readonly done: number;
	readonly of: number;
	readonly what: "namespaces" | "deletions";
}
