import { takeBackAttached } from "../../actions/accounts/take-back.ts";
import { apply } from "../../actions/apply/apply.ts";
import {
	CHANGE_FORMATS,
	ChangeReport,
} from "../../actions/apply/change-report.ts";
import { confirmDeletion } from "../../actions/apply/confirm.ts";
import { showProgress } from "../../actions/apply/show-progress.ts";
import { unfinished } from "../../actions/apply/unfinished.ts";
import { readPullSecrets } from "../../actions/read/read-keys.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { command, NOTHING } from "../../command.ts";
import type { Given } from "../../core/command-line/flag.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import {
	labelOfName,
	MANAGED_BY_LABEL,
	MANAGER,
	selectorOf,
} from "../../core/pull-secrets/ownership.ts";
import { type PruneScope, planPrune } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { EXIT, UsageError } from "../../errors.ts";
import * as flags from "../../flags.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { countUsers } from "./count-users.ts";
import { takeBackPolicies } from "./take-back-policies.ts";

/** `prune [NAME]`: deletes pull secrets, and nothing that is not ours. */
export const prune = command({
	verb: "prune",
	summary: "Delete managed pull secrets (all namespaces unless -n)",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Delete pull secrets: those with the mesh's name and label, as removing the mesh does, in all namespaces or in those named. With NAME, those of that name; with --all, everything that meshreg manages.

It says what it will delete and how much still names it, and asks. Each deletion names the version that was listed: what has changed meanwhile is left alone.`,
	examples: [
		{
			comment: "Everything, as removing the mesh does; asks first",
			line: "kubectl meshreg prune",
		},
		{
			comment: "Only copies whose source is gone",
			line: "kubectl meshreg prune --orphaned --yes",
		},
		{
			comment: "All copies in two namespaces, but no source",
			line: "kubectl meshreg prune -n app,shop --keep-sources",
		},
		{
			comment: "See what it would delete",
			line: "kubectl meshreg prune --dry-run=client",
		},
	],
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "orphaned",
			kind: "switch",
			help: "Only copies whose source is gone.",
		},
		{
			name: "all",
			kind: "switch",
			help: "Delete everything that meshreg manages, whatever its name.",
		},
		{ name: "keep-sources", kind: "switch", help: "Delete copies only." },
		flags.MESH_FLAG,
		flags.CONCURRENCY_FLAG,
		flags.DRY_RUN_FLAG,
		flags.outputFlag(...CHANGE_FORMATS),
		flags.QUIET_FLAG,
		flags.YES_FLAG,
	],
	inContexts: "changes",
	options: (given, env) => ({
		connection: {
			...flags.connectionFlags(given),
			...flags.concurrencyOf(given),
		},
		namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
		query: queryOf(given, env),
		scope: { keepSources: given.on("keep-sources") },
		orphaned: given.on("orphaned"),
		yes: given.on("yes"),
		quiet: given.on("quiet"),
		output: flags.outputOf(given, CHANGE_FORMATS),
		...flags.dryRunOf(given),
	}),
	async run(options, world) {
		for (const message of options.notes)
			world.emit({ type: "warning", message });
		const mustAsk = !options.yes && options.dryRun === "none";
		if (mustAsk && !world.streams.interactive)
			throw new UsageError("prune needs --yes: there is no terminal to ask at");
		const cluster = await world.connect(options.connection);
		try {
			const reader = new ContentReader();
			const keys = await readScope(
				cluster,
				reader,
				options.namespaces,
				options.query,
			);
			const scope: PruneScope = options.orphaned
				? {
						...options.scope,
						orphanedOnly: {
							gone: await goneSources(cluster, reader, keys),
						},
					}
				: options.scope;
			const changes = planPrune(keys, scope);
			const report = new ChangeReport(world, cluster);
			if (changes.length === 0) {
				if (options.output !== "json" && options.output !== "yaml")
					world.emit({ type: "note", message: "No resources found" });
				return report.finish({ withSummary: false });
			}
			if (mustAsk) {
				const users = await countUsers(
					cluster,
					changes.map(({ current }) => current),
				);
				const shown = changes.map(
					({ current }) =>
						`secret/${current.name} in ${current.namespace} namespace${users(current)}`,
				);
				if (!(await confirmDeletion("delete", shown, cluster, world))) {
					world.emit({ type: "note", message: "deletion is cancelled" });
					return { status: EXIT.done, document: NOTHING };
				}
			}
			const { quiet } = options;
			return await report.whatIsDone(async () => {
				try {
					await showProgress(
						world,
						{ total: changes.length, quiet },
						(onDone) =>
							apply(changes, {
								cluster,
								reader,
								world,
								dryRun: options.dryRun,
								replan: () => undefined,
								onResult: report.add,
								onDone,
							}),
					);
				} catch (error) {
					const { length } = report.results;
					throw unfinished(error, length, changes.length, world, "deletions");
				}
				await takeBackAttached(report.results, {
					cluster,
					world,
					dryRun: options.dryRun,
					namespaces: options.namespaces,
					onResult: report.add,
				});
				for (const { current } of changes)
					if (isGone(current, report.results))
						await takeBackPolicies(current, {
							cluster,
							dryRun: options.dryRun,
							onResult: report.add,
							world,
						});
				return report.finish({ withSummary: false });
			});
		} finally {
			await cluster.close();
		}
	},
});

/** All that meshreg manages, what has a name, or what has the mesh's name and label, as removing the mesh does. */
function queryOf(given: Given, env: flags.Env): ListQuery {
	const named = given.positionals.length > 0;
	if (given.on("all")) {
		if (named)
			throw new UsageError("--all means every pull secret: leave NAME out");
		return { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` };
	}
	const name = flags.nameOf(given, env);
	return {
		fieldSelector: `metadata.name=${name}`,
		...(!named && { labelSelector: selectorOf(labelOfName(name)) }),
	};
}

async function readScope(
	cluster: Cluster,
	reader: ContentReader,
	namespaces: readonly string[],
	query: ListQuery,
): Promise<PullSecret[]> {
	if (namespaces.length === 0) return readPullSecrets(cluster, reader, query);
	const keys: PullSecret[] = [];
	for (const namespace of namespaces)
		keys.push(
			...(await readPullSecrets(cluster, reader, { ...query, namespace })),
		);
	return keys;
}

/** The sources that answered 404, as `NAMESPACE/NAME`. */
async function goneSources(
	cluster: Cluster,
	reader: ContentReader,
	keys: readonly PullSecret[],
): Promise<ReadonlySet<string>> {
	const sources = await readSources(cluster, reader, keys);
	return new Set(
		[...sources].filter(([, known]) => known === "gone").map(([ref]) => ref),
	);
}

function isGone(
	{ namespace, name }: PullSecret,
	results: readonly ChangeResult[],
): boolean {
	return results.some(
		(result) =>
			result.kind === "Secret" &&
			result.action === "deleted" &&
			result.namespace === namespace &&
			result.name === name,
	);
}
