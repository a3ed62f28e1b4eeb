import { command } from "../../command.ts";
import type { Given } from "../../core/command-line/flag.ts";
import { EXIT, UsageError } from "../../errors.ts";
import * as flags from "../../flags.ts";
import type { ContextItem } from "../../report/keys.ts";
import type { World } from "../../world.ts";
import { listPullSecrets } from "./list-keys.ts";
import { type Failure, LIST_FORMATS, ListReport } from "./report.ts";
import { watchPullSecrets } from "./watch-keys.ts";

/** `list`: the pull secrets of the cluster and what each is worth. */
export const list = command({
	verb: "list",
	summary: "List pull secrets and whether they are in sync",
	operands: "",
	about: `List pull secrets: the Secrets with the owner label, in all namespaces or in those named.

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
			comment:
				"Also unlabelled Secrets of that name, as nginx-meshctl makes them",
			line: "kubectl meshreg list --all",
		},
	],
	flags: [
		flags.CONTEXTS_FLAG,
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "all",
			kind: "switch",
			help: "Also Secrets of that name and type without the owner label, as Unlabelled.",
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
		flags.LABEL_FLAG,
		flags.outputFlag(...LIST_FORMATS),
	],
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		choice: {
			namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
			owner: flags.usageLabelOf(given, env),
			unlabelled: given.on("all") ? flags.nameOf(given, env) : undefined,
			expiring: given.has("expiring")
				? flags.parseLifetime(given.text("expiring") ?? "", "--expiring")
				: undefined,
		},
		headers: !given.on("no-headers"),
		output: flags.outputOf(given, LIST_FORMATS),
		watch: watchOf(given),
		contexts: flags.contextsOf(given),
	}),
	async run({ connection, choice, contexts, watch, ...look }, world) {
		const now = world.clock.now();
		const report = new ListReport(look, choice.namespaces, world);
		const gone = world.streams.out.gone ?? new AbortController().signal;
		const until = AbortSignal.any([world.interrupt, gone]);
		const one = async (own: World, context?: string) => {
			const mark = (items: readonly ContextItem[]) =>
				context === undefined
					? items
					: items.map((item) => ({ context, ...item }));
			const cluster = await own.connect(connection);
			try {
				if (!watch)
					return {
						status: EXIT.done,
						items: mark(await listPullSecrets(cluster, choice, now)),
					};
				return await watchPullSecrets(cluster, choice, own, until, (items) => {
					// Of several clusters, one without any is not worth a line.
					if (items.length > 0 || context === undefined)
						report.news(mark(items));
				});
			} catch (error) {
				// Nobody reads it any more.
				if (gone.aborted) return { status: EXIT.done, items: [] };
				throw error;
			} finally {
				await cluster.close();
			}
		};
		if (contexts === undefined) {
			const { items } = await one(world);
			if (!watch) await report.all(items, []);
			return EXIT.done;
		}
		const { failureOf, inContexts, statusOf } = await import(
			"../../actions/contexts/over-contexts.ts"
		);
		const outcomes = await inContexts(contexts, world, (own, { context }) =>
			one(own, context),
		);
		const items: ContextItem[] = [];
		const failures: Failure[] = [];
		for (const outcome of outcomes)
			if ("value" in outcome) items.push(...outcome.value.items);
			else
				failures.push({
					context: outcome.context,
					reason: failureOf(outcome),
				});
		const isDocument = look.output === "json" || look.output === "yaml";
		if (!watch && (isDocument || failures.length < outcomes.length))
			await report.all(items, failures);
		return statusOf(outcomes, world.streams.err);
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
