import type { AccountChoice } from "../../actions/accounts/find-accounts.ts";
import {
	injectedRule,
	warnOfAsking,
} from "../../actions/apply/asking-namespaces.ts";
import {
	changeRecord,
	recordMissing,
	recordOf,
} from "../../actions/apply/change-record.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import type { Run } from "../../actions/apply/deliver.ts";
import {
	attachedBy,
	ruleOf,
	selectedFor,
} from "../../actions/apply/selected.ts";
import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { warn } from "../../actions/tell.ts";
import { Reflector } from "../../actions/watch/reflector.ts";
import type { Outcome } from "../../core/document.ts";
import type { EventReason } from "../../core/in-cluster/event.ts";
import type { LogNote } from "../../core/in-cluster/log.ts";
import { Counts, type WatchFacts } from "../../core/in-cluster/metrics.ts";
import { type Followed, Vitals } from "../../core/in-cluster/vitals.ts";
import {
	type Failure,
	FailureError,
	isFailure,
} from "../../core/output/failure.ts";
import { type ChangeResult, tally } from "../../core/output/result.ts";
import { matchesGlob } from "../../core/pull-secrets/desired.ts";
import { expiriesOf } from "../../core/pull-secrets/expiry.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { isSystemNamespace } from "../../core/pull-secrets/namespace-facts.ts";
import {
	ContentReader,
	type PullSecret,
	placeOf,
	registriesOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	hasOtherRules,
	mergeSelection,
	namesOf,
	recordIn,
	type SourceRecord,
} from "../../core/pull-secrets/record.ts";
import {
	type RefreshRules,
	renewerOf,
} from "../../core/pull-secrets/renewal.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import type {
	SyncRules,
	SyncState,
} from "../../core/pull-secrets/sync-state.ts";
import { AbortedError, EXIT } from "../../errors.ts";
import { failureLine } from "../../report/failure.ts";
import { logWords } from "../../report/log-words.ts";
import { VERSION } from "../../version.ts";
import type { Cluster, World } from "../../world.ts";
import { outlasting, runController } from "./controller.ts";
import { DedupedLog } from "./deduped-log.ts";
import { EventWriter } from "./event-writer.ts";
import type { SyncSettings } from "./options.ts";
import type { Watched } from "./reflectors.ts";
import { type ServedAt, serveWatch } from "./serve-watch.ts";
import { SourceCare } from "./source-care.ts";

/** What `sync --watch` was told. */
interface WatchSync extends Omit<SyncSettings, "dryRun"> {
	readonly served: ServedAt;
	/** Undefined: nothing is renewed. */
	readonly refresh: RefreshRules | undefined;
	/** Whom to believe where a renewed credential is asked for and verified. */
	readonly trust: Pick<Trust, "caPath">;
}

/**
 * Keeps copies equal to their source where its record sends it, until it is interrupted, whose
 * AbortedError it throws, or nobody reads its output any more. What a command line selects joins the
 * record first, and is then all that is kept right. Tells of each change by itself.
 */
export async function watchSync(
	options: WatchSync,
	cluster: Cluster,
	world: World,
): Promise<Outcome> {
	const { out } = world.streams;
	const ca = await readAuthorities(options.trust, world);
	const vitals = new Vitals();
	const writes = new Counts();
	const refreshes = new Counts();
	let state: SyncState | undefined;
	const serving = await serveWatch(
		options.served,
		vitals,
		() => factsOf(state, vitals, { writes, refreshes }, world),
		world,
	);
	const gone = out.gone ?? new AbortController().signal;
	const interrupt = AbortSignal.any([world.interrupt, gone]);
	const reader = new ContentReader();
	const counts = tally([]);
	const events = new EventWriter(cluster, world.clock);
	try {
		const found = await sourceToWatch(
			options,
			cluster,
			reader,
			world,
			interrupt,
			vitals,
		);
		const { namespace, name } = found;
		const run: Run = {
			...options,
			dryRun: "none",
			cluster,
			reader,
			world,
			report: new ChangeReport(world, cluster),
		};
		const told = new DedupedLog({
			onResult: () => {},
			onNote: () => {},
			onTrouble: (error) => world.emit({ type: "trouble", error }),
		});
		const source = await outlasting(
			() => recorded(found, options, run),
			{ world, interrupt },
			told,
		);
		let attach = accountsOf(recordOf(source));
		const onNote = (note: LogNote) => {
			world.emit({ type: "log", note });
			const reason = REASONS[note.event];
			if (reason !== undefined)
				events.tell(
					{ kind: "Secret", namespace, name, uid: state?.source?.uid ?? "" },
					reason,
					[logWords(note).message].flat().join(" "),
				);
		};
		const onResult = (result: ChangeResult) => {
			counts[result.action] += 1;
			writes.add(writeLabels(result));
			world.emit({ type: "change", result });
			if (result.action === "failed" && result.why !== undefined)
				events.tell(...failedEvent(result, result.why));
		};
		const care = new SourceCare({
			refresh: options.refresh,
			ca,
			cluster,
			reader,
			world,
			onNote,
			onResult,
			onRefresh: (registry, result) => refreshes.add({ registry, result }),
		});
		care.learn(source);
		// Which accounts are watched is settled when a controller begins: where the record comes to name others, another one does.
		let again = new AbortController();
		const companion = {
			learn(now: PullSecret | undefined) {
				care.learn(now);
				const record = now && recordIn(now);
				if (record === undefined) return;
				const named = accountsOf(record);
				if (JSON.stringify(named) === JSON.stringify(attach)) return;
				attach = named;
				again.abort(again);
			},
			run: (signal: AbortSignal) => care.run(signal),
		};
		const keep = (): Promise<never> =>
			runController({
				rules: {
					source: { namespace, name },
					copyLabels: options.copyLabels,
					selects: selectsOf(options),
					force: options.force,
					adopt: options.adopt,
					replace: options.force && options.yes,
					prune: options.prune,
				},
				watched: watchedOf(options),
				attach,
				cluster,
				world,
				interrupt: AbortSignal.any([interrupt, again.signal]),
				companion,
				onResult,
				onNote,
				onTrouble: (error) => world.emit({ type: "trouble", error }),
				heard: (what) => vitals.heard(what, world.clock.elapsed()),
				begun(made) {
					state = made;
				},
				onReady(results) {
					const isFirst = !vitals.isReady;
					vitals.ready();
					if (!isFirst) return;
					if (state !== undefined) warnOfUnwatched(state, options, world);
					for (const note of [
						{ level: "info", event: "synced", results },
						{ level: "info", event: "watching" },
					] as const)
						world.emit({ type: "log", note, unlessQuiet: true });
				},
			});
		for (;;)
			try {
				return await keep();
			} catch (error) {
				if (error !== again) throw error;
				again = new AbortController();
				vitals.forgetAll();
			}
	} catch (error) {
		if (gone.aborted)
			return { status: EXIT.done, document: { kind: "nothing" } };
		if (error instanceof AbortedError)
			world.emit({
				type: "log",
				note: { level: "info", event: "stopped", counts },
				unlessQuiet: true,
			});
		throw error;
	} finally {
		await Promise.all([serving.close(), events.done()]);
	}
}

/** What Prometheus is told at this moment. */
function factsOf(
	state: SyncState | undefined,
	vitals: Vitals,
	counted: Pick<WatchFacts, "writes" | "refreshes">,
	{ clock }: World,
): WatchFacts {
	const source = state?.source;
	return {
		version: VERSION,
		copies: state?.counts,
		...counted,
		silences: vitals.silences(clock.elapsed()),
		source: source && sourceRef(source),
		expiries: source === undefined ? [] : expiriesOf(source),
	};
}

/** Of these notes an Event stands on the source as well. */
const REASONS: Partial<Record<LogNote["event"], EventReason>> = {
	"credential-expiring": "CredentialExpiring",
	"credential-refreshed": "CredentialRefreshed",
	"credential-refresh-failed": "CredentialRefreshFailed",
	"credential-rejected": "CredentialRejected",
};

/** The Event about what could not be written, in its namespace. */
function failedEvent(
	{ kind, namespace, name }: ChangeResult,
	why: Failure,
): Parameters<EventWriter["tell"]> {
	const isAccount = kind === "ServiceAccount";
	return [
		{ kind: isAccount ? "ServiceAccount" : "Secret", namespace, name, uid: "" },
		isAccount ? "AttachFailed" : "CopyFailed",
		failureLine("error" in why ? why.error : new FailureError(why)),
	];
}

/** What was to be done is not in the result of what failed. */
function writeLabels({ action }: ChangeResult): Record<string, string> {
	return action === "failed"
		? { action: "write", result: "failed" }
		: { action, result: "done" };
}

/** The source; one that is not there yet is waited for. */
async function sourceToWatch(
	options: WatchSync,
	cluster: Cluster,
	reader: ContentReader,
	world: World,
	interrupt: AbortSignal,
	vitals: Vitals,
): Promise<PullSecret> {
	const find = () => findSource(cluster, reader, options.source, world);
	try {
		return await find();
	} catch (error) {
		if (!isFailure(error, "source-missing")) throw error;
	}
	const namespace = options.source.namespace ?? cluster.namespace;
	const name = options.source.name ?? options.source.usual;
	world.emit({
		type: "log",
		note: {
			level: "info",
			event: "source-awaited",
			source: { namespace, name },
		},
	});
	const waited: Followed = { kind: "the source" };
	vitals.heard(waited, world.clock.elapsed());
	const there = Promise.withResolvers<void>();
	const stop = new AbortController();
	const reflector = new Reflector(
		cluster,
		"Secret",
		{ namespace, fieldSelector: `metadata.name=${name}` },
		{
			item: (secret) => isSourceLike(reader.toPullSecret(secret)),
			all: (items) => {
				if (items.includes(true)) there.resolve();
			},
			changed: (isSource, isGone) => {
				if (isSource && !isGone) there.resolve();
			},
			trouble: () => {},
			heard: () => vitals.heard(waited, world.clock.elapsed()),
		},
	);
	const following = reflector.follow(
		world.clock,
		AbortSignal.any([interrupt, stop.signal]),
	);
	try {
		await Promise.race([there.promise, following]);
	} finally {
		stop.abort();
		await Promise.allSettled([following]);
		vitals.forget(waited);
	}
	return find();
}

/** The source with what is selected in its record. Throws FailureError where that may not be written. */
async function recorded(
	source: PullSecret,
	options: WatchSync,
	run: Run,
): Promise<PullSecret> {
	const record = recordOf(source);
	if (options.selection.by === "record") {
		if (record !== undefined) return source;
		throw recordMissing(source);
	}
	const { selection, exclude } = options;
	const about = { exclude, attach: attachedBy(options) };
	// What a rule means is listed by the watch itself.
	if (selection.by === "all" || selection.by === "label") {
		const { rule, what } = ruleOf(selection);
		return changeRecord(source, {
			...run,
			change: (before) => mergeSelection(before, { rule, ...about }),
			what,
		});
	}
	if (selection.by === "injected") {
		const { mesh } = selection;
		const injected = injectedRule(mesh, about);
		const { namespace, name } = source;
		const place = { namespace, name, record };
		await warnOfAsking(place, injected, run.cluster, run.world);
		return changeRecord(source, {
			...run,
			change: (before) => mergeSelection(before, injected.entry),
			what: injected.what,
		});
	}
	const { entries, what, targets } = await selectedFor(
		source,
		record,
		options,
		run,
	);
	for (const result of targets.settled)
		run.world.emit({ type: "change", result });
	return changeRecord(source, {
		...run,
		change: (before) => entries.reduce(mergeSelection, before),
		what,
	});
}

/** Tells of recorded copies that a renewal will not reach, because the command line selects others. */
function warnOfUnwatched(
	state: SyncState,
	{ selection, exclude, refresh }: WatchSync,
	world: Pick<World, "emit">,
): void {
	const { source, record } = state;
	if (refresh === undefined || source === undefined) return;
	if (record.kind !== "record") return;
	const isRenewed = registriesOf(source.content).some(
		(key) => renewerOf(source, key, refresh.allowed) !== undefined,
	);
	if (!isRenewed) return;
	const seesAll = selection.by !== "names" && selection.by !== "label";
	const namespaces = state
		.recordedElsewhere(seesAll)
		// Left out on purpose.
		.filter((name) => !matchesGlob(name, exclude))
		.sort();
	const rules = meansMore(record.record, selection);
	if (namespaces.length === 0 && !rules) return;
	warn(world, {
		cause: "recorded-unwatched",
		namespaces,
		rules,
		script: new Fixes({ ...placeOf(source), exists: true }).syncRecorded(),
	});
}

/** Whether rules of the record may mean namespaces that are not selected. */
function meansMore(
	record: SourceRecord,
	selection: WatchSync["selection"],
): boolean {
	switch (selection.by) {
		case "record":
		case "all":
			return false;
		case "label":
			return hasOtherRules(record, ruleOf(selection).rule);
		case "injected":
			return hasOtherRules(
				record,
				injectedRule(selection.mesh, { exclude: [], attach: [] }).entry.rule,
			);
		case "names":
		case "needed":
			return hasOtherRules(record, undefined);
	}
}

/** All accounts that the record names anywhere; undefined: none. */
function accountsOf(
	record: SourceRecord | undefined,
): AccountChoice | undefined {
	const names = new Set(record?.entries.flatMap(({ attach }) => attach));
	if (names.size === 0) return undefined;
	return names.has("*") ? { by: "all" } : { by: "names", names: [...names] };
}

/** What of the record is kept right: what is selected, or all of it. */
function selectsOf({ selection, exclude }: WatchSync): SyncRules["selects"] {
	const excluded = (name: string) => matchesGlob(name, exclude);
	switch (selection.by) {
		case "names":
			return (name) => selection.names.includes(name) && !excluded(name);
		case "record":
			return () => true;
		case "all":
		case "label":
		case "needed":
			return (name) => !isSystemNamespace(name) && !excluded(name);
		case "injected": {
			const { injection } = selection.mesh;
			return (name, known, record) =>
				!excluded(name) &&
				// Those whose pods alone ask for a sidecar are there by name, or not at all.
				(namesOf(record).has(name) ||
					(!isSystemNamespace(name) &&
						typeof known === "object" &&
						injection?.namespace({
							labels: { ...known.labels },
							annotations: { ...known.annotations },
						}) === true));
		}
	}
}

function watchedOf({ selection, exclude }: WatchSync): Watched {
	if (selection.by === "names")
		return {
			by: "names",
			names: selection.names.filter((name) => !matchesGlob(name, exclude)),
		};
	return {
		by: "list",
		query:
			selection.by === "label"
				? { labelSelector: selection.selector.text }
				: {},
	};
}
