import { command, NOTHING } from "../../command.ts";
import type { Given } from "../../core/command-line/flag.ts";
import { EXIT, UsageError } from "../../errors.ts";
import * as flags from "../../flags.ts";
import { listPullSecrets } from "./list-keys.ts";
import { watchPullSecrets } from "./watch-keys.ts";

/** The formats of `list -o`. */
const LIST_FORMATS = ["json", "name", "wide", "yaml"] as const;

/** `list`: the pull secrets of the cluster and what each is worth. */
export const list = command({
	verb: "list",
	summary: "List pull secrets and whether they are in sync",
	operands: [],
	about: `List pull secrets: what meshreg manages and what bears the mesh's label, in all namespaces or in those named.

STATUS is Invalid (a kubelet would break on it, or never match it), Source, InSync, Drifted (differs from its source), Orphaned (its source is gone), Unknown (its source may not be read) or Unmanaged (made by a mesh or a person). No format shows a password.`,
	examples: [
		{ comment: "Everywhere", line: "kubectl meshreg list" },
		{
			comment: "In two namespaces, with users and sources",
			line: "kubectl meshreg list -n app,shop -o wide",
		},
		{
			comment: "The copies that differ from their source",
			line: "kubectl meshreg list --no-headers | grep Drifted",
		},
		{
			comment: "In all contexts whose names begin with prod",
			line: "kubectl meshreg list --contexts 'prod-*'",
		},
		{
			comment: "What expires within a week, and when",
			line: "kubectl meshreg list --expiring 7d -o wide",
		},
		{
			comment: "And each as it changes, until Ctrl-C",
			line: "kubectl meshreg list -w",
		},
		{
			comment: "Every pull Secret of the cluster, whoever made it",
			line: "kubectl meshreg list --all",
		},
	],
	inContexts: "list",
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "all",
			kind: "switch",
			help: "List every pull Secret, whoever made it.",
		},
		{
			name: "expiring",
			kind: "text",
			help: "Only those of which a credential expires within this time, such as 48h or 7d, or has expired.",
		},
		{
			name: "watch",
			short: "w",
			kind: "switch",
			help: "After the list, stay, and show each key again as it changes: Deleted when it is gone.",
		},
		{ name: "no-headers", kind: "switch", help: "Leave out the headers." },
		flags.MESH_FLAG,
		flags.outputFlag(...LIST_FORMATS),
	],
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		choice: {
			namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
			managed: flags.managedSelectorsOf(given, env),
			all: given.on("all"),
			expiring: given.has("expiring")
				? flags.parseLifetime(given.text("expiring") ?? "", "--expiring")
				: undefined,
		},
		headers: !given.on("no-headers"),
		output: flags.outputOf(given, LIST_FORMATS),
		watch: watchOf(given),
	}),
	async run({ connection, choice, watch }, world) {
		const gone = world.streams.out.gone ?? new AbortController().signal;
		const cluster = await world.connect(connection);
		const { namespaces } = choice;
		try {
			if (watch)
				await watchPullSecrets(
					cluster,
					choice,
					world,
					AbortSignal.any([world.interrupt, gone]),
				);
			const items = await listPullSecrets(cluster, choice, world.clock.now());
			return {
				status: EXIT.done,
				document: { kind: "list", items, namespaces },
			};
		} catch (error) {
			// Nobody reads it any more.
			if (gone.aborted) return { status: EXIT.done, document: NOTHING };
			throw error;
		} finally {
			await cluster.close();
		}
	},
});

/** Throws UsageError for a format that only makes sense as a whole. */
function watchOf(given: Given): boolean {
	if (given.on("watch") && given.text("output") === "yaml")
		throw new UsageError(
			"--watch prints a line a change: use -o json, -o name or -o wide",
		);
	return given.on("watch");
}
