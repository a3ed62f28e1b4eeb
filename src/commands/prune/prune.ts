import { keepPolicies } from "../../actions/accounts/policies.ts";
import {
	attachedAccounts,
	meantAccounts,
	takeBack,
} from "../../actions/accounts/take-back.ts";
import { isSettled } from "../../actions/apply/apply.ts";
import { carryOut } from "../../actions/apply/carry-out.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import { confirmDeletion, lossOf } from "../../actions/apply/confirm.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { meantFor } from "../../actions/read/meant-namespace.ts";
import { readPullSecrets, secretsNamed } from "../../actions/read/read-keys.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { tell, warn } from "../../actions/tell.ts";
import { command, NOTHING } from "../../command.ts";
import type { Given } from "../../core/command-line/flag.ts";
import type { Loss, PruneNote } from "../../core/note.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { Action, ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Deletion } from "../../core/pull-secrets/change.ts";
import {
	LONGEST_LABEL_VALUE,
	MANAGED_BY_LABEL,
	MANAGER,
} from "../../core/pull-secrets/ownership.ts";
import {
	byNamespace,
	type PruneScope,
	planPrune,
} from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import { EXIT, isForbidden, UsageError } from "../../errors.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import * as flags from "../../flags.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import {
	keptNotes,
	knownPlaces,
	leftAlone,
	namespaceIn,
	prunedEntries,
} from "./attached-entries.ts";
import { countUsers } from "./count-users.ts";
import {
	forgetNamespaces,
	sentThere,
	warnOfRules,
} from "./forget-namespaces.ts";
import { takeBackPolicies } from "./take-back-policies.ts";
import { whatIsLeft } from "./what-is-left.ts";

/** `prune [NAME]`: deletes pull secrets, and nothing that is not ours. */
export const prune = command({
	verb: "prune",
	summary: "Delete managed pull secrets (all namespaces unless -n)",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Delete pull secrets: those with the mesh's name and label, as removing the mesh does, in all namespaces or in those named. With NAME, those of that name; with --all, everything that meshreg manages.

-n also takes the namespaces out of the record of the source, unless with --keep-sources or --orphaned, and warns where a rule still covers one.

It lists what it will delete, sources first, with how many pods and service accounts still reference it, and asks. Secrets that change in the meantime, and those that meshreg does not manage, are left alone. What attach added is removed from service accounts, also where there is no Secret; with --orphaned and --keep-sources only beside what is deleted, with --all under every name.`,
	examples: [
		{
			comment: "Everything, as removing the mesh does; asks first",
			line: "kubectl meshreg prune",
		},
		{
			comment: "Only copies whose source does not exist",
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
			help: "Delete only copies whose source does not exist.",
		},
		{
			name: "all",
			kind: "switch",
			help: "Delete everything that meshreg manages, whatever its name.",
		},
		{
			name: "keep-sources",
			kind: "switch",
			help: "Delete copies only; keep the record.",
		},
		flags.MESH_FLAG,
		flags.CONCURRENCY_FLAG,
		...CHANGE_FLAGS,
	],
	inContexts: "changes",
	options: (given, env) => ({
		connection: flags.bulkConnectionFlags(given),
		namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
		...scopeOf(given, env),
		scope: { keepSources: given.on("keep-sources") },
		orphaned: given.on("orphaned"),
		source: {
			namespace: flags.sourceNamespaceOf(given, env),
			name: given.on("all") ? undefined : flags.nameOf(given, env),
		},
		usual: flags.usualSecretOf(env),
		/** Whether the namespaces of -n are to get nothing any more. */
		forgets: !given.on("keep-sources") && !given.on("orphaned"),
		...changeOf(given),
	}),
	async run(options, world) {
		warn(world, ...options.notes);
		const { dryRun, namespaces } = options;
		const mustAsk = !options.yes && dryRun === "none";
		if (mustAsk && !world.streams.interactive)
			throw new UsageError("prune needs --yes: there is no terminal to ask at");
		return onCluster(world, options.connection, async (cluster) => {
			const reader = new ContentReader();
			const found = await readScope(cluster, reader, namespaces, options.query);
			const keys = found.filter(options.isMeant);
			const scope: PruneScope = options.orphaned
				? {
						...options.scope,
						orphanedOnly: {
							gone: await goneSources(cluster, reader, keys),
						},
					}
				: options.scope;
			const changes = planPrune(keys, scope);
			const sources = {
				namespace: options.source.namespace ?? cluster.namespace,
				name: options.source.name,
			};
			const how = { ...options, cluster, reader, world };
			const sent = options.forgets
				? await sentThere(namespaces, sources, how)
				: [];
			const report = new ChangeReport(world, cluster);
			const outOf = sent.filter(({ named }) => named.length > 0);
			const onlyBeside = options.orphaned || scope.keepSources;
			const { accounts, unread } =
				onlyBeside && changes.length === 0
					? { accounts: [] }
					: await attachedAccounts(
							cluster,
							namespaces,
							knownPlaces(found, sources.namespace),
						);
			if (unread !== undefined)
				warn(world, { cause: "accounts-kept", ...unread });
			const entries = (isGone: (secret: PullSecret) => boolean) =>
				prunedEntries(found, isGone, { name: sources.name, onlyBeside });
			const goes = new Set(changes.map(({ current }) => current));
			const attached = meantAccounts(
				accounts,
				entries((secret) => goes.has(secret)).go,
			);
			const tellOfRest = (isGone: (secret: PullSecret) => boolean): void => {
				warn(world, ...keptNotes(accounts, entries(isGone).stay));
				const note = options.orphaned
					? undefined
					: leftAlone(found, sources.name);
				if (note !== undefined)
					world.emit({ type: "note", note, unlessQuiet: true });
			};
			if (changes.length + outOf.length + attached.length === 0) {
				tell(world, {
					cause: "nothing-found",
					namespaces,
					meant: await meantFor(sources.name, namespaces, cluster),
				});
				tellOfRest(() => false);
				warnOfRules(sent, how);
				return report.finish({ withSummary: false });
			}
			if (mustAsk && changes.length + attached.length > 0) {
				const losses = await lossesOf(changes, cluster);
				const forgets = outOf.map(
					({ source: { namespace, name }, named: namespaces }) => ({
						source: { namespace, name },
						namespaces,
					}),
				);
				const question = {
					losses,
					forgets,
					accounts: attached.length,
					accountsIn: [...new Set(attached.map(namespaceIn))],
				};
				if (!(await confirmDeletion(question, cluster, world))) {
					tell(world, { cause: "cancelled" });
					return { status: EXIT.done, document: NOTHING };
				}
			}
			return await report.whatIsDone(async () => {
				// A watch would copy again to what is recorded, or from what is there.
				const recorded = await forgetNamespaces(outOf, how);
				await carryOut([...recorded.results, ...changes].toSorted(byPlace), {
					...how,
					what: "deletions",
					// Of what is left of a source, a watch would make copies again.
					first: changes.filter(({ current }) => isSourceLike(current)),
					replan: () => undefined,
					onResult: report.add,
				});
				const isGone = deletedIn(report.results);
				warnOfRules(sent, how);
				await takeBack(accounts, entries(isGone).go, {
					...how,
					onResult: report.add,
				});
				for (const { current } of changes)
					if (isGone(current))
						await takeBackPolicies(current, { ...how, onResult: report.add });
				for (const source of recorded.sources)
					if (!isGone(source))
						await keepPolicies(source, { ...how, onResult: report.add });
				tellOfRest(isGone);
				const notes = [
					takenBack(report.results, dryRun),
					namespaces.length === 0 && !options.orphaned && dryRun === "none"
						? await whatIsLeft(cluster, keys, isGone, {
								...sources,
								name: sources.name ?? options.usual.name,
							})
						: undefined,
				].filter((note) => note !== undefined);
				for (const note of notes)
					world.emit({ type: "note", note, unlessQuiet: true });
				return report.finish({ withSummary: false });
			});
		});
	},
});

/** What is asked about: sources first, for they are nowhere else. */
async function lossesOf(
	changes: readonly Deletion[],
	cluster: Cluster,
): Promise<Loss[]> {
	const secrets = changes.map(({ current }) => current);
	const users = await countUsers(cluster, secrets);
	const [sources, copies] = [true, false].map((wanted) =>
		secrets.filter((secret) => isSourceLike(secret) === wanted),
	) as [PullSecret[], PullSecret[]];
	return [...sources, ...copies].map((secret) => ({
		...lossOf("delete", secret),
		users: users(secret),
	}));
}

function byPlace(
	one: ChangeResult | Deletion,
	other: ChangeResult | Deletion,
): number {
	const place = (step: ChangeResult | Deletion) =>
		isSettled(step) ? step : step.current;
	return byNamespace(place(one), place(other));
}

/** What attach had added and is gone now; undefined: nothing. */
function takenBack(
	results: readonly ChangeResult[],
	dryRun: DryRun,
): PruneNote | undefined {
	const count = (kind: string, action: Action): number =>
		results.filter((result) => result.kind === kind && result.action === action)
			.length;
	const accounts = count("ServiceAccount", "configured");
	const policies = count("MutatingAdmissionPolicy", "deleted");
	return accounts === 0 && policies === 0
		? undefined
		: { cause: "taken-back", accounts, policies, dryRun };
}

/** All that meshreg manages, what has a name, or what has the mesh's name and label, as removing the mesh does. */
function scopeOf(
	given: Given,
	env: flags.Env,
): {
	readonly query: ListQuery;
	/** Whether of what the query finds it is one that is to be deleted. */
	readonly isMeant: (secret: PullSecret) => boolean;
} {
	const named = given.positionals.length > 0;
	if (given.on("all")) {
		if (named)
			throw new UsageError("--all means every pull secret: leave NAME out");
		return {
			query: { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` },
			isMeant: () => true,
		};
	}
	const name = flags.nameOf(given, env);
	if (!named && name.length > LONGEST_LABEL_VALUE)
		throw new UsageError(
			`MESHREG_NAME: ${name.length} characters are too many for the label by which prune finds it; give it as NAME`,
		);
	return {
		query: secretsNamed(name),
		isMeant: ({ labels }) => named || labels.usage === name,
	};
}

async function readScope(
	cluster: Cluster,
	reader: ContentReader,
	namespaces: readonly string[],
	query: ListQuery,
): Promise<PullSecret[]> {
	if (namespaces.length === 0)
		try {
			return await readPullSecrets(cluster, reader, query);
		} catch (error) {
			if (!isForbidden(error)) throw error;
			throw new FailureError({ cause: "forbidden", error, everywhere: true });
		}
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

/** Tells which Secrets were deleted. */
function deletedIn(
	results: readonly ChangeResult[],
): (secret: PullSecret) => boolean {
	const gone = results.filter(
		({ kind, action }) => kind === "Secret" && action === "deleted",
	);
	const places = new Set(
		gone.map(({ namespace, name }) => `${namespace}/${name}`),
	);
	return ({ namespace, name }) => places.has(`${namespace}/${name}`);
}
