import { define, type OptionsOf } from "../../command.ts";
import { type Given, switchFlag } from "../../core/command-line/flag.ts";
import { UsageError } from "../../errors.ts";
import { attachesNowhere } from "../../flags/account.ts";
import { DIFFED_CHANGE_FLAGS, diffedChangeOf } from "../../flags/changes.ts";
import {
	REFRESH_CA_FLAG,
	REFRESH_FLAGS,
	refreshOf,
} from "../../flags/refresh.ts";
import { SERVING_FLAGS, servedAtOf } from "../../flags/serving.ts";
import { SELECTING, SYNC_FLAGS, syncSettingsOf } from "../../flags/sync.ts";
import { authoritiesOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";

export const sync = define({
	verb: "sync",
	summary: "Copy the source to namespaces, and keep copies in sync",
	operands: [{ name: "NAME", optional: true, values: "source-name" }],
	about: `Copy the source to namespaces and bring existing copies up to date. If nothing differs, nothing is written.

Select namespaces by name, all of them, by label, or those in which the mesh injects its sidecar. All but -n leave out kube-system, kube-public and kube-node-lease. A Secret that meshreg does not manage is left alone and reported; with --force it is overwritten, without a question where there is no terminal.`,
	examples: {
		"To two namespaces": "kubectl meshreg sync -n app,shop",
		"To every namespace but some": "kubectl meshreg sync -A --exclude 'dev-*'",
		"To the namespaces of a team": "kubectl meshreg sync -l team=payments",
		"Where the mesh injects sidecars, and nowhere else":
			"kubectl meshreg sync --injected --prune",
		"Where pods pull from its registries, and attach it there":
			"kubectl meshreg sync --needed --attach",
		"In several clusters at once":
			"kubectl meshreg sync -A --contexts 'prod-*'",
		"Keep running, and keep them in sync": "kubectl meshreg sync -A --watch",
		"Renew Amazon's passwords as well, before they expire":
			"kubectl meshreg sync --watch --refresh",
		"Show what it would do": "kubectl meshreg sync -A --dry-run=client",
	},
	flags: [
		...SYNC_FLAGS,
		switchFlag(
			"watch",
			"Keep running and re-sync as namespaces and the source change.",
			{
				short: "w",
				conflicts: [
					"dry-run",
					"diff",
					"needed",
					"once",
					"forget",
					"all-sources",
					// It prints a line an event.
					"output=yaml",
				],
			},
		),
		...[...REFRESH_FLAGS, REFRESH_CA_FLAG, ...SERVING_FLAGS].map((flag) => ({
			needs: ["watch"],
			...flag,
		})),
		...DIFFED_CHANGE_FLAGS,
	],
	leaves: "objects",
	inContexts: true,
	options: (given, env) => ({
		connection: flags.bulkConnectionFlags(given),
		...syncSettingsOf(given, env),
		watch: watchOf(given),
		served: servedAtOf(given),
		refresh: refreshOf(given),
		trust: authoritiesOf(given),
		...diffedChangeOf(given),
	}),
});

export type SyncOptions = OptionsOf<typeof sync>;

/** Throws UsageError for what makes no sense over hours, with nobody to ask. */
function watchOf(given: Given): boolean {
	if (!given.on("watch")) return false;
	if (given.on("prune") && !given.on("yes"))
		throw new UsageError(
			"--watch --prune needs --yes: nobody is asked before each deletion",
		);
	if (given.has("attach") && !SELECTING.some(given.has))
		throw attachesNowhere();
	return true;
}
