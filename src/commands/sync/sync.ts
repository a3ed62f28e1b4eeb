import { keepPolicies } from "../../actions/accounts/policies.ts";
import {
	failedToTakeBack,
	takeBackOutside,
} from "../../actions/accounts/take-back.ts";
import {
	changeRecord,
	recordMissing,
	recordOf,
} from "../../actions/apply/change-record.ts";
import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import { tellClaimants } from "../../actions/apply/claimants.ts";
import { mustAsk, refuseReplaced } from "../../actions/apply/confirm.ts";
import {
	AS_RECORDED,
	deliver,
	missingOf,
	type Run,
	type Scope,
	spoiledBy,
} from "../../actions/apply/deliver.ts";
import { followCopies } from "../../actions/apply/follow-copies.ts";
import { nextCommand } from "../../actions/apply/next-command.ts";
import { podsInNeed, selectedFor } from "../../actions/apply/selected.ts";
import {
	beginCopyLists,
	readingAhead,
} from "../../actions/read/begin-lists.ts";
import {
	findSource,
	findSources,
	notASource,
} from "../../actions/read/find-source.ts";
import {
	reading,
	readPullSecrets,
	secretsNamed,
} from "../../actions/read/read-keys.ts";
import {
	listNamespaces,
	readNamespaces,
} from "../../actions/read/read-namespaces.ts";
import { warnOfExpiry } from "../../actions/read/warn-of-entries.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import {
	FailureError,
	failureOf,
	isFailure,
	orElsewhere,
} from "../../core/output/failure.ts";
import { resultOf } from "../../core/output/result.ts";
import { someOf } from "../../core/output/some-of.ts";
import { isSystemNamespace } from "../../core/pull-secrets/namespace-facts.ts";
import { isCopyOf } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	EMPTY_RECORD,
	forgetNamespace,
	isEmptyRecord,
	isSameRecord,
	onlySelected,
	type SourceRecord,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import {
	ApiError,
	isFatal,
	UsageError,
	unlessFailed,
	unlessForbidden,
} from "../../errors.ts";
import { attachesNowhere } from "../../flags/account.ts";
import type { Cluster, World } from "../../world.ts";
import type { SyncOptions } from "./command.ts";
import { watchSync } from "./watch.ts";

export const run: RunOf<SyncOptions> = async (options, world) => {
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
		// There is no source of that name; without -n it may be the namespaces that are missed first.
		if (!(error instanceof UsageError || isFailure(error, "source-missing")))
			throw error;
		throw (await meantElsewhere(options, cluster)) ?? error;
	} finally {
		await cluster.close();
	}
};

/**
 * In milliseconds, where nobody says otherwise: an API server ends what takes a minute. With nobody to
 * interrupt it, what a proxy never answers would keep its namespace for ever, and all of them once so many
 * are under way as may be, while the watches go on hearing.
 */
const LONGEST_REQUEST = 120_000;

/** What to end with where NAME was meant for -n, or for --attach, as far as this user may know. */
async function meantElsewhere(
	{ source: { name }, selection, attach }: SyncOptions,
	cluster: Cluster,
): Promise<UsageError | undefined> {
	if (name === undefined) return undefined;
	const named = selection.by === "names" ? selection.names : [];
	const [namespace] = named;
	if (attach.length > 0 && namespace !== undefined) {
		const account = { namespace, name };
		if (await unlessFailed(cluster.read("ServiceAccount", account)))
			return new UsageError(
				`--attach takes its value after "=": --attach=${name}`,
			);
	}
	const found = await unlessFailed(cluster.read("Namespace", { name }));
	const meant = [...named, name].join(",");
	return (
		found &&
		new UsageError(`"${name}" is a namespace; did you mean -n ${meant}?`)
	);
}

/** Copies one source, or all of the source namespace, in one cluster. */
async function syncCopies(
	options: SyncOptions,
	connected: Cluster,
	world: World,
): Promise<Outcome> {
	const cluster = readingAhead(connected);
	const at = reading(cluster);
	if (options.forget.length === 0 && !options.allSources)
		beginCopyLists(cluster, options);
	const sources = options.allSources
		? await findSources(at, options.source)
		: [await findSource(at, options.source, world)];
	const report = new ChangeReport(world, cluster, formOf(options));
	const run: Run = { ...options, ...at, world, report };
	return report.whatIsDone(async () => {
		let worked = false;
		for (const source of sources)
			try {
				if (options.forget.length > 0)
					await forget(source, options.forget, run);
				else if (await syncOne(source, options, run)) worked = true;
			} catch (error) {
				const isOfSource =
					error instanceof FailureError || error instanceof ApiError;
				if (!options.allSources || !isOfSource || isFatal(error)) throw error;
				// What is wrong with one source stands in the way of no other.
				const why = failureOf(error);
				report.add(resultOf(cluster, "Secret", source, "failed", why));
			}
		const [source] = options.allSources ? [] : sources;
		return report.finish({
			withSummary: worked,
			next: source && (await nextCommand(source, options, run)),
		});
	});
}

/** Returns whether there was anything to be done. */
async function syncOne(
	source: PullSecret,
	options: SyncOptions,
	run: Run,
): Promise<boolean> {
	warnOfExpiry(source, run.world);
	// What is about to go is given to nobody any more.
	if (source.terminating) throw new FailureError(notASource(source));
	const spoiled = spoiledBy(source);
	if (spoiled !== undefined) throw new FailureError(spoiled);
	const scope = await scopeFor(source, options, run);
	if (scope === undefined) return false;
	const { length } = run.report.results;
	const targets = await deliver(source, scope, options, run);
	if (targets === undefined) {
		tell(run.world, { cause: "cancelled" });
		return false;
	}
	if (options.prune && missingOf(scope).length === 0) {
		const results = run.report.results.slice(length);
		const how = { ...run, onResult: run.report.add };
		const kept = [source, ...targets.serve, ...targets.settled];
		const places = new Set(kept.map(({ namespace }) => namespace));
		const unread = await takeBackOutside(places, source.name, results, how);
		if (unread) warn(run.world, { cause: "accounts-kept", ...unread });
		for (const failed of failedToTakeBack(unread?.error, run.cluster))
			run.report.add(failed);
	}
	await followCopies(scope, targets, run);
	return true;
}

/** Where copies go; undefined: nowhere, which has been said. */
async function scopeFor(
	source: PullSecret,
	options: SyncOptions,
	run: Run,
): Promise<Scope | undefined> {
	const { world } = run;
	const record = recordOf(source);
	const settings =
		options.selection.by === "record"
			? await bareSelection(source, record, options, run)
			: options;
	if (settings === "record") return AS_RECORDED;
	if (settings === undefined) return undefined;
	const selected = await selectedFor(source, settings, run);
	const { serve, settled, atSource } = selected.targets;
	if (serve.length === 0 && settled.length === 0) {
		// A rule that matches nothing is more likely a typing mistake than something to keep on record;
		// one that stands there already may have been narrowed.
		const isKept =
			!options.once &&
			!options.prune &&
			!isEmptyRecord(onlySelected(record ?? EMPTY_RECORD, selected.record));
		warn(
			world,
			atSource !== undefined
				? {
						cause: "source-namespace-skipped",
						namespace: source.namespace,
					}
				: isKept
					? { cause: "rule-matches-none" }
					: { cause: "no-namespace-matched", rest: "left" },
		);
		if (!isKept && (atSource === undefined || atSource.length === 0))
			return undefined;
	}
	return { selected, once: options.once, servesRecord: false };
}

/**
 * What a sync without a selection means: the record, or what is picked where that says nothing, or
 * does not say in which of its namespaces to attach.
 */
async function bareSelection(
	source: PullSecret,
	record: SourceRecord | undefined,
	options: SyncOptions,
	run: Run,
): Promise<SyncOptions | "record" | undefined> {
	const { world } = run;
	if (record !== undefined && !isEmptyRecord(record)) {
		if (options.once)
			throw new UsageError(
				"--once: say which namespaces: -n NAMESPACE, -A, -l SELECTOR, --injected or --needed",
			);
		if (options.attach.length === 0) return "record";
		if (!world.streams.interactive) throw attachesNowhere();
	}
	if (world.streams.interactive) {
		const names = await pickNamespaces(source, run);
		if (names.length > 0)
			return { ...options, selection: { by: "names", names } };
		tell(world, { cause: "no-namespace-selected" });
		return undefined;
	}
	if (record === undefined) {
		await tellClaimants(source, run);
		throw recordMissing(source);
	}
	warn(world, { cause: "nothing-recorded", source: placeOf(source) });
	return undefined;
}

/** Which namespaces, from a list that shows what bears the source's name there. */
async function pickNamespaces(
	source: PullSecret,
	{ cluster, world }: Run,
): Promise<string[]> {
	const all = await listNamespaces(cluster).catch((error: unknown) => {
		throw orElsewhere(error);
	});
	const namespaces = [...all.values()].filter(
		({ name, terminating }) =>
			name !== source.namespace && !terminating && !isSystemNamespace(name),
	);
	if (namespaces.length === 0) return [];
	const record = recordOf(source) ?? EMPTY_RECORD;
	const named = secretsNamed(source.name);
	const listed = readPullSecrets(reading(cluster), named);
	const [copies, needs] = await Promise.all([
		unlessForbidden(listed),
		// Where pods may not be listed, or the source cannot be read, nothing is known of any.
		unlessFailed(podsInNeed(source, cluster)),
	]);
	const current =
		copies && new Map(copies.map((secret) => [secret.namespace, secret]));
	const picked = await (await world.prompter()).pick({
		message: `Which namespaces get a copy${contextClause(cluster.context)}?`,
		choices: namespaces.map((facts) => {
			const { name } = facts;
			const standing = standingOf(record, name, facts);
			return {
				value: name,
				label: name,
				note:
					standing?.is === "made-again"
						? "deleted and created again since it was recorded"
						: stateWords(
								current === undefined ? "hidden" : current.get(name),
								source,
								needs?.get(name) ?? 0,
							),
				marked: standing?.is === "served",
			};
		}),
	});
	const seen = new Map(
		namespaces
			.filter(({ name }) => picked.includes(name))
			.map((facts) => [facts.name, facts]),
	);
	await refuseReplaced(seen, cluster);
	return picked;
}

/** How a namespace stands to a source: `in sync`, `no copy, 4 pods need it`. `hidden`: Secrets may not be listed. */
function stateWords(
	there: PullSecret | "hidden" | undefined,
	source: PullSecret,
	needs: number,
): string {
	if (there === undefined || there === "hidden") {
		const copy =
			there === undefined
				? "no copy"
				: "copy unknown (needs list on secrets in all namespaces)";
		return needs === 0
			? copy
			: `${copy}, ${needs === 1 ? "1 pod needs it" : `${needs} pods need it`}`;
	}
	if (!isCopyOf(there, sourceRef(source)))
		return "has another secret of that name";
	return there.content.canonical === source.content.canonical
		? "in sync"
		: "drifted";
}

/** Takes namespaces out of the record; what is there stays. */
async function forget(
	source: PullSecret,
	names: readonly string[],
	run: Run,
): Promise<void> {
	const { cluster, report, world } = run;
	const facts = await readNamespaces(cluster, names);
	const without = (record: SourceRecord, name: string): SourceRecord => {
		const known = facts.get(name);
		return forgetNamespace(
			record,
			name,
			typeof known === "object" ? known : undefined,
		);
	};
	const before = recordOf(source) ?? EMPTY_RECORD;
	// A mistyped name would go unnoticed.
	const unknown = names.filter((name) =>
		isSameRecord(without(before, name), before),
	);
	if (unknown.length > 0)
		warn(world, {
			cause: "not-recorded",
			source: placeOf(source),
			namespaces: unknown,
		});
	const change = {
		change: (record: SourceRecord) => names.reduce(without, record),
		recording: { what: someOf(names), takesOut: true },
	} as const;
	const changed = await changeRecord(source, change, run);
	report.add(
		resultOf(
			cluster,
			"Secret",
			source,
			changed === source ? "unchanged" : "configured",
		),
		{
			of: "record",
			before: recordOf(source),
			after: recordOf(changed) ?? EMPTY_RECORD,
		},
	);
	if (changed !== source)
		tellUnlessQuiet(world, {
			cause: "forgotten",
			namespaces: names.filter((name) => !unknown.includes(name)),
			dryRun: run.dryRun,
		});
	await keepPolicies(changed, { ...run, onResult: report.add });
}
