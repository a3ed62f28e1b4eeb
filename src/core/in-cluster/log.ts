import type { Advice } from "../../errors.ts";

/** What a watch notes besides its results, by a word that stays: alerts and filters are written on it. */
export type LogName =
	| "watching"
	| "stopped"
	| "trouble"
	| "source-awaited"
	| "source-back"
	| "source-deleted"
	| "source-malformed"
	| "record-invalid"
	| "credential-expiring"
	| "credential-refreshed"
	| "credential-refresh-failed"
	| "credential-rejected";

/** One note of a watch. */
export interface LogNote {
	readonly level: "info" | "warning" | "error";
	readonly event: LogName;
	/** One line, or several in text. */
	readonly message: string | readonly string[];
	/** What to run about it. */
	readonly advice?: Advice;
	/** The key of the registry that it is about. */
	readonly registry?: string;
}
