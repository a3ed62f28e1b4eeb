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
import { changeRecord } from "../../actions/apply/change-record.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import {
	confirmDeletion,
	lossOf,
	mustAsk,
} from "../../actions/apply/confirm.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { allOf } from "../../actions/read/all-of.ts";
import {
	type Reading,
	reading,
	readPullSecret,
	readPullSecrets,
	readSources,
	readWholeSecrets,
} from "../../actions/read/read-keys.ts";
import {
	readEach,
	readNamespaces,
	scopesOf,
	throwIfAll,
} from "../../actions/read/read-namespaces.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import { groupsBy, partition } from "../../core/groups.ts";
import {
	INSTALLATION_LABEL,
	installationId,
} from "../../core/in-cluster/installation.ts";
import type { PruneNote } from "../../core/note.ts";
import type { ObjectMeta } from "../../core/objects.ts";
import { failureOf, orElsewhere } from "../../core/output/failure.ts";
import {
	type Action,
	type ChangeResult,
	resultOf,
} from "../../core/output/result.ts";
import { someOf } from "../../core/output/some-of.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	isByPolicy,
	isOurs,
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import { planPrune } from "../../core/pull-secrets/plan.ts";
import {
	type PullSecret,
	placeOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isCoveredByAll,
	isCoveredByRule,
	type NamespaceKnowledge,
	recordReadingIn,
	type SourceRecord,
	withoutNames,
} from "../../core/pull-secrets/record.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { isFatal, unlessFailed, unlessForbidden } from "../../errors.ts";
import type { Cluster, ListQuery, World } from "../../world.ts";
import {
	keptNotes,
	knownPlaces,
	namespaceIn,
	prunedEntries,
} from "./attached-entries.ts";
import type { PruneOptions } from "./command.ts";
import { countUsers } from "./count-users.ts";

export const run: RunOf<PruneOptions> = async (options, world) => {
	warn(world, ...options.notes);
	const asks = mustAsk("prune", options, world);
	return onCluster(world, options.connection, async (cluster) => {
		const { sourceNamespace = cluster.namespace } = options;
		const at = reading(cluster);
		const report = new ChangeReport(world, cluster);
		const { items: found, refused } = await readEach(
			scopesOf(options.namespaces),
			(scope) => readPullSecrets(at, { ...options.query, ...scope }),
		);
		if (refused.has("")) throw orElsewhere(refused.get(""));
		throwIfAll(refused, options.namespaces);
		for (const [namespace, error] of refused) {
			const place = { namespace, name: options.name ?? "*" };
			const why = failureOf(error);
			report.add(resultOf(cluster, "Secret", place, "failed", why));
		}
		// Of what may not be read nothing is written or forgotten either.
		const namespaces = options.namespaces.filter((name) => !refused.has(name));
		const where = { namespaces, sourceNamespace };
		const how = { ...options, ...where, ...at, world };
		const pruning = await findPruning(found, how);
		const { changes, sent, outOf, attached, failed, outlived } = pruning;
		for (const result of failed) report.add(result);
		const isLoss = changes.length + attached.length + outlived.length > 0;
		if (!isLoss && outOf.length === 0) {
			if (failed.length === 0)
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
type Pruning = Awaited<ReturnType<typeof findPruning>>;

type IsGone = (secret: PullSecret) => boolean;

/** Decides about what was found; what accounts may not be read is a warning. Writes nothing. */
async function findPruning(found: readonly PullSecret[], how: PruneRun) {
	const { cluster, world, namespaces, orphaned, sourceNamespace } = how;
	const keys = found.filter(how.isMeant);
	const onlyBeside = orphaned || how.keepSources;
	const { sent, unreadable } = onlyBeside
		? { sent: [], unreadable: [] }
		: await sentThere(how);
	const stays = new Set(unreadable.map(sourceRef));
	const sources = orphaned && (await readSources(how, keys));
	const planned = planPrune(keys, {
		keepSources: how.keepSources,
		copiesOf: sources
			? new Set(
					[...sources].flatMap(([ref, known]) => (known === "gone" ? ref : [])),
				)
			: undefined,
	}).filter(
		({ current }) => !stays.has(current.annotations[SOURCE_ANNOTATION] ?? ""),
	);
	const changes = planned.filter((change) => change.action === "delete");
	const { accounts, unread } =
		orphaned && changes.length === 0
			? { accounts: [] }
			: await attachedAccounts(
					cluster,
					namespaces,
					knownPlaces(found, sourceNamespace),
				);
	if (unread !== undefined) warn(world, { cause: "accounts-kept", ...unread });
	const entries = (isGone: IsGone) => prunedEntries(found, isGone, how);
	const goes = new Set(changes.map(({ current }) => current));
	return {
		/** All that the query finds, meant or not. */
		found,
		changes,
		/** The sources that are sent to the namespaces, where these are to get nothing any more. */
		sent,
		/** Of those, the ones whose record names a namespace. */
		outOf: sent.filter(({ named }) => named.length > 0),
		/** The sources that are meant, and gone, or not managed any more, where their policies are not. */
		outlived: onlyBeside ? [] : await outlivedBy(found, how),
		/**
		 * A failed result for each source whose record cannot be read: nothing of theirs is deleted; and for the accounts.
		 * What a controller would make again is skipped: it may be somebody's who only says that it is a copy.
		 */
		failed: [
			...unreadable,
			...planned.flatMap((change) =>
				change.action === "conflict"
					? resultOf(
							cluster,
							"Secret",
							change.current,
							"skipped",
							change.obstacle,
						)
					: [],
			),
			...failedToTakeBack(unread?.error, cluster),
		],
		/** The accounts that attach changed. */
		accounts,
		/** Of those, the ones that lose an entry where all is deleted. */
		attached: meantAccounts(accounts, entries((secret) => goes.has(secret)).go),
		/** What becomes of the entries that attach added once some Secrets are gone. */
		entries,
	};
}

/** Only a prune of all namespaces looks for them, as far as this user may. */
async function outlivedBy(
	found: readonly PullSecret[],
	{ sourceNamespace: namespace, name, namespaces, cluster }: PruneRun,
): Promise<SourceRef[]> {
	if (namespaces.length > 0) return [];
	// As with service accounts: a Secret that is not ours keeps nothing of ours.
	const there = new Set(found.filter(isOurs).map(sourceRef));
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
	const secrets = changes.map(({ current }) => current);
	const users = await countUsers(cluster, secrets);
	// Sources first, for they are nowhere else.
	const losses = partition(secrets, isSourceLike)
		.flat()
		.map((one) => ({ ...lossOf("delete", one), users: users(one) }));
	const question = {
		losses,
		forgets: outOf.map(({ source, named }) => ({
			source: placeOf(source),
			selections: [{ names: named }],
		})),
		accounts: attached.length,
		accountsIn: [...new Set(attached.map(namespaceIn))],
		byPolicy: [...secrets.filter(isByPolicy).map(placeOf), ...outlived],
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
			await writePolicies(() => policyRemovals(sources, how.cluster), how);
		} catch (error) {
			if (isFatal(error)) throw error;
			const kept = sources.map(sourceRef);
			warn(world, { cause: "policies-kept", sources: kept, error });
			failedToTakeBack(error, how.cluster).forEach(how.onResult);
		}
}

/** One prune in one cluster. */
interface PruneRun extends Omit<PruneOptions, "sourceNamespace">, Reading {
	readonly world: World;
	/** Where sources are. */
	readonly sourceNamespace: string;
}

/** A source that is sent to namespaces which lose their copies. */
interface SentThere {
	readonly source: PullSecret;
	/** Of the namespaces, those that its record names. */
	readonly named: readonly string[];
	/** Of the namespaces, those that a rule of the record means, too. */
	readonly ruled: readonly string[];
}

/**
 * The sources of the source namespace that have a record, and which of these namespaces it means; what
 * calls itself a source elsewhere is another's word. What may not be read is a warning.
 */
async function sentThere(how: PruneRun) {
	const { namespaces, name, sourceNamespace: namespace, cluster } = how;
	const sent: SentThere[] = [];
	/** A failed result for each source whose record cannot be read: nothing of theirs is written or deleted. */
	const unreadable: ChangeResult[] = [];
	// What is deleted with its namespace's copies needs no other record; where all is, none does.
	if (namespaces.length === 0 || namespaces.includes(namespace))
		return { sent, unreadable };
	const found = await unlessForbidden<readonly (PullSecret | undefined)[]>(
		name === undefined
			? readWholeSecrets(how, namespace)
			: Promise.all([readPullSecret(how, { namespace, name })]),
	);
	if (found === undefined)
		warn(how.world, { cause: "source-unreadable", namespace, namespaces });
	const sources = found?.filter((secret) => secret !== undefined) ?? [];
	let known: ReadonlyMap<string, NamespaceKnowledge> | undefined;
	for (const source of sources.filter(isSourceLike)) {
		const { record, fault } = recordReadingIn(source);
		if (fault !== undefined) {
			const place = placeOf(source);
			const why = { cause: "record-invalid", source: place, fault } as const;
			unreadable.push(resultOf(cluster, "Secret", place, "failed", why));
		}
		if (record === undefined) continue;
		if (record.rules.length > 0)
			known ??= await readNamespaces(cluster, namespaces);
		const isRuled = (name: string): boolean => {
			const facts = known?.get(name);
			if (facts === "unknown") return isCoveredByAll(record, name);
			return typeof facts === "object" && isCoveredByRule(record, facts);
		};
		sent.push({
			source,
			named: namespaces.filter((name) => record.names.has(name)),
			ruled: namespaces.filter(isRuled),
		});
	}
	return { sent, unreadable };
}

/** Takes the names out of the records; what is refused is a failed result. Throws only what makes the rest pointless. */
async function forgetNamespaces(sent: readonly SentThere[], how: PruneRun) {
	const results: ChangeResult[] = [];
	/** As they are now, or with a dry run would be: those whose record was changed. */
	const sources: PullSecret[] = [];
	for (const { source, named } of sent) {
		try {
			const change = {
				change: (record: SourceRecord) => withoutNames(record, named),
				recording: { what: someOf(named), takesOut: true },
			} as const;
			const changed = await changeRecord(source, change, how);
			sources.push(changed);
			results.push(resultOf(how.cluster, "Secret", source, "configured"));
		} catch (error) {
			if (isFatal(error)) throw error;
			const why = failureOf(error);
			results.push(resultOf(how.cluster, "Secret", source, "failed", why));
		}
	}
	return { results, sources };
}

/** Warns where a rule still sends a source to a namespace that was pruned. */
function warnOfRules(sent: readonly SentThere[], { world }: PruneRun): void {
	for (const { source, ruled } of sent) {
		if (ruled.length === 0) continue;
		warn(world, {
			cause: "covered-by-rule",
			source: placeOf(source),
			namespaces: ruled,
			script: Fixes.of(source).forget(...ruled),
		});
	}
}

/**
 * What meshreg still manages in a cluster after a prune of all namespaces, which may be taken for the end of
 * it, as far as may be seen. `found`: what the prune looked at.
 */
async function whatIsLeft(
	found: readonly PullSecret[],
	isGone: (secret: PullSecret) => boolean,
	{ cluster, ...how }: PruneRun,
): Promise<PruneNote[]> {
	if (how.namespaces.length > 0 || how.orphaned || how.dryRun !== "none")
		return [];
	const source = { namespace: how.sourceNamespace, name: how.name ?? "" };
	const managed = await listed(cluster, "Secret", {
		labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}`,
	});
	const known = new Set(found.map(sourceRef));
	const others = managed.filter(
		({ namespace = "", name = "" }) =>
			!known.has(sourceRef({ namespace, name })),
	);
	const installed = await listed(cluster, "Deployment", {
		labelSelector: INSTALLATION_LABEL,
	});
	const watches = installed
		.flatMap((deployment) => watchedBy(deployment, source) ?? [])
		.filter(({ name }) => how.name === undefined || name === source.name);
	const byPolicy = found.filter(
		(key) => isSourceLike(key) && isByPolicy(key) && !isGone(key),
	);
	if (others.length + watches.length + byPolicy.length === 0) return [];
	return [
		{
			cause: "still-managed",
			secrets: others.length,
			watches: watches.map(sourceRef),
			policies: byPolicy.map(sourceRef),
		},
	];
}

/** Whose installation it is: a label that says something else is somebody's own. */
function watchedBy(
	{ namespace = "", name = "", labels }: ObjectMeta,
	source: SourceRef,
): SourceRef | undefined {
	return [source, { namespace, name: name.replace(/^meshreg-/, "") }].find(
		(of) =>
			of.namespace === namespace &&
			installationId(of) === labels?.[INSTALLATION_LABEL],
	);
}

/** What a list finds; nothing where it may not be listed: this is said by the way. */
async function listed(
	cluster: Cluster,
	kind: "Secret" | "Deployment",
	query: ListQuery,
): Promise<ObjectMeta[]> {
	const pages = cluster.pages(kind, { ...query, metadataOnly: true });
	return (await unlessFailed(allOf(pages, ({ metadata }) => metadata))) ?? [];
}
