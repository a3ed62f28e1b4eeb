import type { DryRun } from "./result.ts";

/** How a command line wants its result shown; a command's options are one. */
export interface Look {
	/** `-o`; undefined: lines and tables for people. */
	readonly output?: string | undefined;
	/** `-q`: no `unchanged` lines and no summary. */
	readonly quiet?: boolean;
	/** Of tables; shown unless this says no. */
	readonly headers?: boolean;
	readonly dryRun?: DryRun;
	/** It watches: each value is shown by itself as it comes, in JSON a line each. */
	readonly watch?: boolean;
}

/** What text depends on besides the value. */
export interface Page extends Look {
	/** The terminal's width; undefined where standard output is none. */
	readonly columns: number | undefined;
	/** The same for stderr. */
	readonly errColumns?: number | undefined;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** Of a table that has begun: its columns so far. */
	readonly widths: number[];
}
