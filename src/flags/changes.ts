import { CHANGE_FORMATS } from "../actions/apply/change-report.ts";
import type { Flag, Given } from "../core/command-line/flag.ts";
import * as flags from "../flags.ts";

/** Of every command that changes objects: a dry run, how it tells what it did, and whether it asks. */
export const CHANGE_FLAGS: readonly Flag[] = [
	flags.DRY_RUN_FLAG,
	flags.outputFlag(...CHANGE_FORMATS),
	flags.QUIET_FLAG,
	flags.YES_FLAG,
];

/** The same where `--diff` shows what would change. */
export const DIFFED_CHANGE_FLAGS: readonly Flag[] = [
	flags.DRY_RUN_FLAG,
	flags.DIFF_FLAG,
	...CHANGE_FLAGS.slice(1),
];

/** What CHANGE_FLAGS say; `notes` are warnings. */
export function changeOf(given: Given) {
	return {
		output: flags.outputOf(given, CHANGE_FORMATS),
		quiet: given.on("quiet"),
		yes: given.on("yes"),
		...flags.dryRunOf(given),
	};
}

/** What DIFFED_CHANGE_FLAGS say; with `--diff` nothing is written. */
export function diffedChangeOf(given: Given) {
	const diff = given.on("diff");
	return {
		...changeOf(given),
		diff,
		...(diff && { dryRun: "client" as const }),
	};
}
