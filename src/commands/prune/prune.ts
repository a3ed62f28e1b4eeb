import {
	keepPolicies,
	type PolicyWriting,
	policyOwners,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import {
	attachedAccounts,
	failedToTakeBack,
	meantAccounts,
	takeBack,
} from "../../actions/accounts/take-back.ts";
import { byPlace } from "../../actions/apply/apply.ts";
import { carryOut } from "../../actions/apply/carry-out.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import {
	confirmDeletion,
	lossOf,
	mustAsk,
} from "../../actions/apply/confirm.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { readPullSecrets } from "../../actions/read/read-keys.ts";
import {
	readEach,
	scopesOf,
	throwIfAll,
} from "../../actions/read/read-namespaces.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import { groupsBy, partition } from "../../core/groups.ts";
import type { Loss } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { failureOf, orElsewhere } from "../../core/output/failure.ts";
import {
	type Action,
	type ChangeResult,
	resultOf,
} from "../../core/output/result.ts";
import type { Deletion } from "../../core/pull-secrets/change.ts";
import {
	isByPolicy,
	isOurs,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import { planPrune } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
	placeOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { isFatal, unlessFailed } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import {
	keptNotes,
	knownPlaces,
	namespaceIn,
	prunedEntries,
} from "./attached-entries.ts";
import type { PruneOptions } from "./command.ts";
import { countUsers } from "./count-users.ts";
import {
	forgetNamespaces,
	type PruneRun,
	type SentThere,
	sentThere,
	warnOfRules,
} from "./forget-namespaces.ts";
import { whatIsLeft } from "./what-is-left.ts";

/** The work of `prune`, in one cluster. Throws FailureError, and what the cluster throws. */
export const run: RunOf<PruneOptions> = async (options, world) => {
	warn(world, ...options.notes);
	const asks = mustAsk("prune", options, world);
	return onCluster(world, options.connection, async (cluster) => {
		const { sourceNamespace = cluster.namespace } = options;
		const reader = new ContentReader();
		const report = new ChangeReport(world, cluster);
		const { found, refused } = await readScope(cluster, reader, options);
		for (const [namespace, error] of refused) {
			const place = { namespace, name: options.name ?? "*" };
			const why = failureOf(error);
			report.add(resultOf(cluster, "Secret", place, "failed", why));
		}
		// Of what may not be read nothing is written or forgotten either.
		const namespaces = options.namespaces.filter((name) => !refused.has(name));
		const where = { namespaces, sourceNamespace };
		const how = { ...options, ...where, cluster, reader, world };
		const pruning = await findPruning(found, how);
		const { changes, sent, outOf, attached, unreadable, outlived } = pruning;
		for (const result of unreadable) report.add(result);
		const isLoss = changes.length + attached.length + outlived.length > 0;
		if (!isLoss && outOf.length === 0) {
			if (unreadable.length === 0)
				tell(world, { cause: "nothing-found", namespaces });
			tellOfRest(pruning, () => false, how);
			warnOfRules(sent, how);
			// Of another name none is there, perhaps by mistake: no reason to go on to all.
			if (!options.named) {
				const left = await whatIsLeft(pruning.found, () => false, how);
				tellUnlessQuiet(world, ...left);
			}
			return report.finish();
		}
		if (asks && isLoss && !(await isAgreed(pruning, how)))
			return report.cancelled();
		return await report.whatIsDone(() => carryOutPruning(pruning, report, how));
	});
};

/** What a prune found, and is to delete, take out and take back. */
interface Pruning {
	/** All that the query finds, meant or not. */
	readonly found: readonly PullSecret[];
	readonly changes: readonly Deletion[];
	/** The sources that are sent to the namespaces, where these are to get nothing any more. */
	readonly sent: readonly SentThere[];
	/** Of those, the ones whose record names a namespace. */
	readonly outOf: readonly SentThere[];
	/** A failed result for each source whose record cannot be read: nothing of theirs is deleted; and for the accounts. */
	readonly unreadable: readonly ChangeResult[];
	/** The accounts that attach changed. */
	readonly accounts: readonly ServiceAccount[];
	/** Of those, the ones that lose an entry where all is deleted. */
	readonly attached: readonly ServiceAccount[];
	/** The sources that are meant, and gone where their policies are not: an earlier prune did not come to them. */
	readonly outlived: readonly SourceRef[];
	/** What becomes of the entries that attach added once some Secrets are gone. */
	readonly entries: (isGone: IsGone) => ReturnType<typeof prunedEntries>;
}

type IsGone = (secret: PullSecret) => boolean;

/** Decides about what was found; what accounts may not be read is a warning. Writes nothing. */
async function findPruning(
	found: readonly PullSecret[],
	how: PruneRun,
): Promise<Pruning> {
	const { cluster, reader, world, namespaces, name, orphaned } = how;
	const { sourceNamespace } = how;
	const keys = found.filter(how.isMeant);
	const onlyBeside = orphaned || how.keepSources;
	const { sent, unreadable } = onlyBeside
		? { sent: [], unreadable: [] }
		: await sentThere(how);
	const stays = new Set(unreadable.map(sourceRef));
	const sources = orphaned && (await readSources(cluster, reader, keys));
	const changes = planPrune(keys, {
		keepSources: how.keepSources,
		gone: sources
			? new Set(
					[...sources].flatMap(([ref, known]) => (known === "gone" ? ref : [])),
				)
			: undefined,
	}).filter(
		({ current }) => !stays.has(current.annotations[SOURCE_ANNOTATION] ?? ""),
	);
	const { accounts, unread } =
		onlyBeside && changes.length === 0
			? { accounts: [] }
			: await attachedAccounts(
					cluster,
					namespaces,
					knownPlaces(found, sourceNamespace),
				);
	if (unread !== undefined) warn(world, { cause: "accounts-kept", ...unread });
	const entries = (isGone: IsGone) =>
		prunedEntries(found, isGone, { name, onlyBeside });
	const goes = new Set(changes.map(({ current }) => current));
	return {
		found,
		changes,
		sent,
		outOf: sent.filter(({ named }) => named.length > 0),
		outlived: onlyBeside ? [] : await outlivedBy(found, how),
		unreadable: [...unreadable, ...failedToTakeBack(unread?.error, cluster)],
		accounts,
		attached: meantAccounts(accounts, entries((secret) => goes.has(secret)).go),
		entries,
	};
}

/** Only a prune of all namespaces looks for them, as far as this user may. */
async function outlivedBy(
	found: readonly PullSecret[],
	{ sourceNamespace: namespace, name, namespaces, cluster }: PruneRun,
): Promise<SourceRef[]> {
	if (namespaces.length > 0) return [];
	const there = new Set(found.map(sourceRef));
	const isGone = (owner: SourceRef) => !there.has(sourceRef(owner));
	if (name === undefined)
		return ((await unlessFailed(policyOwners(cluster))) ?? []).filter(isGone);
	const source = { namespace, name };
	if (!isGone(source)) return [];
	const policies = await unlessFailed(policyRemovals([source], cluster));
	return policies?.length ? [source] : [];
}

/** Shows what goes, and asks. */
async function isAgreed(
	{ changes, outOf, attached, outlived }: Pruning,
	{ cluster, world }: PruneRun,
): Promise<boolean> {
	const question = {
		losses: await lossesOf(changes, cluster),
		forgets: outOf.map(({ source, named }) => ({
			source: placeOf(source),
			selections: [{ names: named }],
		})),
		accounts: attached.length,
		accountsIn: [...new Set(attached.map(namespaceIn))],
		byPolicy: [
			...changes
				.map(({ current }) => current)
				.filter(isByPolicy)
				.map(placeOf),
			...outlived,
		],
	};
	return confirmDeletion(question, cluster, world);
}

/** Records first, then Secrets, then accounts and policies; what fails of them is a result. */
async function carryOutPruning(
	pruning: Pruning,
	report: ChangeReport,
	how: PruneRun,
): Promise<Outcome> {
	const { changes, sent, outOf, accounts, entries } = pruning;
	const told = { ...how, onResult: report.add };
	// A watch would copy again to what is recorded, or from what is there.
	const recorded = await forgetNamespaces(outOf, how);
	await carryOut([...recorded.results, ...changes].toSorted(byPlace), {
		...told,
		what: "deletions",
		// Of what is left of a source, a watch would make copies again.
		first: changes.filter(({ current }) => isSourceLike(current)),
		replan: () => undefined,
	});
	const gone = report.results.filter(
		({ kind, action }) => kind === "Secret" && action === "deleted",
	);
	const places = new Set(gone.map(sourceRef));
	const isGone = (secret: PullSecret) => places.has(sourceRef(secret));
	warnOfRules(sent, how);
	await takeBack(accounts, entries(isGone).go, told);
	const deleted = changes
		.map(({ current }) => current)
		.filter((secret) => isByPolicy(secret) && isGone(secret));
	await takeBackPolicies(
		[...deleted, ...pruning.outlived],
		how.sourceNamespace,
		told,
	);
	for (const source of recorded.sources) await keepPolicies(source, told);
	tellOfRest(pruning, isGone, how);
	const count = (kind: string, action: Action): number =>
		report.results.filter((one) => one.kind === kind && one.action === action)
			.length;
	const taken = {
		accounts: count("ServiceAccount", "configured"),
		policies: count("MutatingAdmissionPolicy", "deleted"),
	};
	// Read before more is said: where that fails, the failure is.
	const left = await whatIsLeft(pruning.found, isGone, how);
	if (taken.accounts + taken.policies > 0) {
		const { dryRun } = how;
		tellUnlessQuiet(how.world, { cause: "taken-back", ...taken, dryRun });
	}
	tellUnlessQuiet(how.world, ...left);
	return report.finish();
}

/** Tells of what stays: entries beside a pull secret that does, and what is not ours. */
function tellOfRest(
	{ found, accounts, entries }: Pruning,
	isGone: IsGone,
	{ world, orphaned, name }: PruneRun,
): void {
	warn(world, ...keptNotes(accounts, entries(isGone).stay));
	const others = found.filter((secret) => !isOurs(secret));
	if (orphaned || name === undefined || others.length === 0) return;
	const namespaces = others.map(({ namespace }) => namespace).toSorted();
	tellUnlessQuiet(world, { cause: "left-alone", name, namespaces });
}

/** What is asked about: sources first, for they are nowhere else. */
async function lossesOf(
	changes: readonly Deletion[],
	cluster: Cluster,
): Promise<Loss[]> {
	const secrets = changes.map(({ current }) => current);
	const users = await countUsers(cluster, secrets);
	const sourcesFirst = partition(secrets, isSourceLike).flat();
	return sourcesFirst.map((secret) => ({
		...lossOf("delete", secret),
		users: users(secret),
	}));
}

/** What there is, and why some of the namespaces could not be looked at. Throws where none could. */
async function readScope(
	cluster: Cluster,
	reader: ContentReader,
	{ namespaces, query }: PruneOptions,
) {
	const { items: found, refused } = await readEach(
		scopesOf(namespaces),
		(scope) => readPullSecrets(cluster, reader, { ...query, ...scope }),
	);
	if (refused.has("")) throw orElsewhere(refused.get(""));
	throwIfAll(refused, namespaces);
	return { found, refused };
}

/**
 * Takes away the policies of sources that were deleted. Outside the source namespace anybody may have written
 * that there are some: those are not asked for one by one. What may not be read or deleted is a warning: the
 * pull secret is gone, and a kubelet passes over a name without a Secret.
 */
async function takeBackPolicies(
	sources: readonly SourceRef[],
	sourceNamespace: string,
	{ world, ...how }: PolicyWriting & { readonly world: Pick<World, "emit"> },
): Promise<void> {
	const groups = groupsBy(sources, ({ namespace, name }) =>
		namespace === sourceNamespace ? name : "",
	);
	for (const sources of groups)
		try {
			await writePolicies(await policyRemovals(sources, how.cluster), how);
		} catch (error) {
			if (isFatal(error)) throw error;
			warn(world, {
				cause: "policies-kept",
				sources: sources.map(sourceRef),
				error,
			});
			failedToTakeBack(error, how.cluster).forEach(how.onResult);
		}
}
