import { mustAsk } from "../../actions/apply/confirm.ts";
import { meantNamespace } from "../../actions/read/meant-namespace.ts";
import { warn } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import { type Given, switchFlag } from "../../core/command-line/flag.ts";
import { isFailure } from "../../core/output/failure.ts";
import { UsageError } from "../../errors.ts";
import { DIFFED_CHANGE_FLAGS, diffedChangeOf } from "../../flags/changes.ts";
import {
	REFRESH_CA_FLAG,
	REFRESH_FLAGS,
	refreshOf,
} from "../../flags/refresh.ts";
import { SERVING_FLAGS, servedAtOf } from "../../flags/serving.ts";
import { SYNC_FLAGS, syncSettingsOf } from "../../flags/sync.ts";
import { authoritiesOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import { syncCopies } from "./sync-copies.ts";
import { watchSync } from "./watch.ts";

/** `sync [NAME]`: copies equal to their source. */
export const sync = command({
	verb: "sync",
	summary: "Copy the source to namespaces, and keep copies in sync",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
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
				],
			},
		),
		...[...REFRESH_FLAGS, REFRESH_CA_FLAG, ...SERVING_FLAGS].map((flag) => ({
			needs: ["watch"],
			...flag,
		})),
		...DIFFED_CHANGE_FLAGS,
	],
	inContexts: "changes",
	options(given, env) {
		return {
			connection: flags.bulkConnectionFlags(given),
			...syncSettingsOf(given, env),
			watch: watchOf(given),
			served: servedAtOf(given),
			refresh: refreshOf(given),
			trust: authoritiesOf(given),
			...diffedChangeOf(given),
		};
	},
	async run(options, world) {
		warn(world, ...options.notes);
		if (options.prune) mustAsk("--prune", options, world);
		const cluster = options.watch
			? await world.connect(
					{ requestTimeout: LONGEST_REQUEST, ...options.connection },
					{
						// A line of the log like any other: with -o json it is JSON.
						serverSaid: (said) =>
							world.emit({
								type: "log",
								note: { level: "warning", event: "server-warning", said },
							}),
					},
				)
			: await world.connect(options.connection);
		try {
			return options.watch
				? await watchSync(options, cluster, world)
				: await syncCopies(options, cluster, world);
		} catch (error) {
			if (!namesNone(error)) throw error;
			const { source, selection } = options;
			const named = selection.by === "names" ? selection.names : [];
			throw (await meantNamespace(source.name, cluster, named)) ?? error;
		} finally {
			await cluster.close();
		}
	},
});

/**
 * In milliseconds, where nobody says otherwise: an API server ends what takes a minute. With nobody to
 * interrupt it, what a proxy never answers would keep its namespace for ever, and all of them once so many
 * are under way as may be, while the watches go on hearing.
 */
const LONGEST_REQUEST = 120_000;

/** Whether there is no source of that name; without -n it may be the namespaces that are missed first. */
function namesNone(error: unknown): boolean {
	return error instanceof UsageError || isFailure(error, "source-missing");
}

/** Throws UsageError for what makes no sense over hours, with nobody to ask. */
function watchOf(given: Given): boolean {
	if (!given.on("watch")) return false;
	if (given.on("prune") && !given.on("yes"))
		throw new UsageError(
			"--watch --prune needs --yes: nobody is asked before each deletion",
		);
	if (given.text("output") === "yaml")
		throw new UsageError(
			"--watch prints a line an event: use -o json or -o name",
		);
	return true;
}
