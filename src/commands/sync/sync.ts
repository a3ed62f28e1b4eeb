import { CHANGE_FORMATS } from "../../actions/apply/change-report.ts";
import type { Selection } from "../../actions/read/select-namespaces.ts";
import { command } from "../../command.ts";
import type { Given } from "../../core/command-line/flag.ts";
import { parseLabel } from "../../core/pull-secrets/ownership.ts";
import { UsageError } from "../../errors.ts";
import { attachedAccountsOf } from "../../flags/account.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import * as flags from "../../flags.ts";
import type { ConnectionFlags } from "../../world.ts";
import type { SyncSettings } from "./options.ts";
import { syncCopies } from "./sync-copies.ts";
import { watchSync } from "./watch.ts";

/** The label that the mesh's injector looks for on namespaces. */
const INJECTED_SELECTOR = "injector.nsm.nginx.com/auto-inject=enabled";

interface SyncOptions extends SyncSettings {
	readonly connection: ConnectionFlags;
	readonly watch: boolean;
	readonly notes: readonly string[];
}

/** `sync [NAME]`: copies equal to their source. */
export const sync = command<SyncOptions>({
	verb: "sync",
	summary: "Copy the source to namespaces, and keep copies equal to it",
	operands: "[NAME]",
	operandValues: "pull-secret",
	about: `Copy the source to namespaces, and make copies equal to it again. Nothing is written where nothing differs.

Say which namespaces: by name, all, by label, or those in which the mesh injects its sidecar. A Secret that somebody else made is left alone and reported.`,
	examples: [
		{ comment: "To two namespaces", line: "kubectl meshreg sync -n app,shop" },
		{
			comment: "To every namespace but some",
			line: "kubectl meshreg sync -A --exclude 'dev-*'",
		},
		{
			comment: "To the namespaces of a team",
			line: "kubectl meshreg sync -l team=payments",
		},
		{
			comment:
				"To where the mesh injects sidecars, and away from everywhere else",
			line: "kubectl meshreg sync --injected --prune",
		},
		{
			comment: "To where pods pull from its registries, and let them use it",
			line: "kubectl meshreg sync --needed --attach",
		},
		{
			comment: "In several clusters at once",
			line: "kubectl meshreg sync -A --contexts 'prod-*'",
		},
		{
			comment: "Stay, and keep them in sync",
			line: "kubectl meshreg sync -A --watch",
		},
		{
			comment: "See first what it would do",
			line: "kubectl meshreg sync -A --dry-run=client",
		},
	],
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "selector",
			short: "l",
			kind: "text",
			help: "Namespaces with these labels, such as team=x, env!=dev or 'tier in (a,b)'.",
		},
		{
			name: "injected",
			kind: "switch",
			help: `Namespaces labelled ${INJECTED_SELECTOR}.`,
		},
		{
			name: "needed",
			kind: "switch",
			help: "Namespaces whose pods use an image from one of the source's registries.",
		},
		{
			name: "exclude",
			kind: "list",
			commas: true,
			help: "Not the namespaces that match this glob; repeatable.",
		},
		FROM_FLAG,
		{
			name: "attach",
			kind: "optional",
			values: "serviceaccount",
			help: "Attach it to these service accounts: names, * for all; default without a value.",
		},
		{
			name: "copy-label",
			kind: "list",
			help: "A further label for copies, as KEY=VALUE; repeatable.",
		},
		{
			name: "prune",
			kind: "switch",
			help: "Also delete this source's copies outside the selected namespaces; asks first, or --yes.",
		},
		{
			name: "force",
			kind: "switch",
			help: "Take over Secrets that others made; delete and recreate where an update is forbidden (asks, or --yes).",
		},
		{
			name: "watch",
			kind: "switch",
			help: "Stay, and keep the namespaces in sync as they and the source change.",
		},
		flags.MESH_FLAG,
		flags.LABEL_FLAG,
		flags.CONCURRENCY_FLAG,
		flags.DRY_RUN_FLAG,
		flags.outputFlag(...CHANGE_FORMATS),
		flags.QUIET_FLAG,
		flags.YES_FLAG,
	],
	inContexts: "changes",
	options(given, env) {
		return {
			connection: {
				...flags.connectionFlags(given),
				...flags.concurrencyOf(given),
			},
			source: sourceChoiceOf(given, env, {
				given: given.positionals[0],
				shown: "NAME",
			}),
			owner: flags.usageLabelOf(given, env),
			selection: selectionOf(given),
			exclude: excludeOf(given),
			copyLabels: Object.fromEntries(
				given.list("copy-label").map((text) => {
					const { key, value } = parseLabel(text, "--copy-label");
					return [key, value];
				}),
			),
			attach: attachedAccountsOf(given),
			prune: given.on("prune"),
			force: given.on("force"),
			yes: given.on("yes"),
			watch: watchOf(given),
			quiet: given.on("quiet"),
			output: flags.outputOf(given, CHANGE_FORMATS),
			...flags.dryRunOf(given),
		};
	},
	async run(options, world) {
		for (const message of options.notes)
			world.emit({ type: "warning", message });
		if (
			options.prune &&
			!options.yes &&
			options.dryRun === "none" &&
			!world.streams.interactive
		)
			throw new UsageError(
				"--prune needs --yes: there is no terminal to ask at",
			);
		const cluster = await world.connect(options.connection);
		try {
			return options.watch
				? await watchSync(options, cluster, world)
				: await syncCopies(options, cluster, world);
		} finally {
			await cluster.close();
		}
	},
});

function selectionOf(given: Given): Selection {
	flags.atMostOne(given, [
		["namespace", "-n"],
		["all-namespaces", "-A"],
		["selector", "-l"],
		["injected", "--injected"],
		["needed", "--needed"],
	]);
	const selector = flags.selectorOf(given);
	if (given.has("namespace"))
		return { by: "names", names: flags.namespacesOf(given) };
	if (given.on("all-namespaces")) return { by: "all" };
	if (given.on("needed")) {
		// A pod that stopped needing it today may start again tomorrow.
		if (given.on("prune"))
			throw new UsageError("--prune and --needed cannot be used together");
		return { by: "needed" };
	}
	if (selector !== undefined) return { by: "label", selector };
	return given.on("injected")
		? { by: "label", selector: INJECTED_SELECTOR }
		: { by: "ask" };
}

/** Throws UsageError for what makes no sense over hours, with nobody to ask. */
function watchOf(given: Given): boolean {
	if (!given.on("watch")) return false;
	for (const other of ["dry-run", "needed"])
		flags.atMostOne(given, [
			["watch", "--watch"],
			[other, `--${other}`],
		]);
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

function excludeOf(given: Given): readonly string[] {
	const globs = given.list("exclude");
	if (globs.some((glob) => glob.trim() === ""))
		throw new UsageError("--exclude: the glob is empty; is a variable unset?");
	return globs;
}
