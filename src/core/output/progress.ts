/** How far work came that was ended. */
export interface Progress {
	readonly done: number;
	readonly of: number;
	/** What is counted. */
	readonly what: "namespaces" | "deletions";
}
