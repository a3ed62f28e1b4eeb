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
