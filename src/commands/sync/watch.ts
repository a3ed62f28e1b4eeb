import { warnOfAsking } from "../../actions/apply/asking-namespaces.ts";
import {
	changeRecord,
	recordMissing,
	recordOf,
} from "../../actions/apply/change-record.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import type { Run } from "../../actions/apply/deliver.ts";
import { selectedFor, selectedWords } from "../../actions/apply/selected.ts";
import { readAuthorities } from "../../actions/credentials/registry-trust.ts";
import { findSource, placeMeant } from "../../actions/read/find-source.ts";
import { type Reading, reading } from "../../actions/read/read-keys.ts";
import { labelQuery } from "../../actions/read/select-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import { Reflector } from "../../actions/watch/reflector.ts";
import type { Outcome } from "../../core/document.ts";
import { matchesGlob } from "../../core/glob.ts";
import type { Followed } from "../../core/in-cluster/vitals.ts";
import { isFailure } from "../../core/output/failure.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { isInjected } from "../../core/pull-secrets/injection.ts";
import { isSystemNamespace } from "../../core/pull-secrets/namespace-facts.ts";
import { refuseOwnLabel } from "../../core/pull-secrets/plan.ts";
import {
	type PullSecret,
	placeOf,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	attachedAnywhere,
	EMPTY_RECORD,
	hasOtherRules,
	mergeUnattended,
	recordIn,
	type SourceRecord,
} from "../../core/pull-secrets/record.ts";
import { renewerOf } from "../../core/pull-secrets/renewal.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import type {
	SyncRules,
	SyncState,
} from "../../core/pull-secrets/sync-state.ts";
import { AbortedError, EXIT } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { SyncOptions } from "./command.ts";
import { outlasting, runController } from "./controller.ts";
import { DedupedLog } from "./deduped-log.ts";
import type { Watched } from "./reflectors.ts";
import { serveWatch } from "./serve-watch.ts";
import { SourceCare } from "./source-care.ts";
import { WatchLog } from "./watch-log.ts";

/**
 * Keeps copies equal to their source where its record sends it, until it is interrupted, whose
 * AbortedError it throws, or nobody reads its output any more. What a command line selects joins the
 * record first, and is then all that is kept right. Tells of each change by itself.
 */
export async function watchSync(
	options: SyncOptions,
	cluster: Cluster,
	world: World,
): Promise<Outcome> {
	const ca = await readAuthorities(options.trust, world);
	const log = new WatchLog(cluster, world);
	const serving = await serveWatch(
		options.served,
		log.vitals,
		() => log.facts(),
		world,
	);
	const gone = world.streams.out.gone ?? new AbortController().signal;
	const interrupt = AbortSignal.any([world.interrupt, gone]);
	try {
		const how = { ...reading(cluster), ca, world, interrupt };
		return await keepInSync(options, how, log);
	} catch (error) {
		if (gone.aborted)
			return { status: EXIT.done, document: { kind: "nothing" } };
		if (error instanceof AbortedError) log.stopped();
		throw error;
	} finally {
		await Promise.all([serving.close(), log.done()]);
	}
}

interface Watching extends Reading {
	readonly ca: string | undefined;
	readonly world: World;
	readonly interrupt: AbortSignal;
}

/** Finds and records, then keeps right until it is interrupted, whose reason it throws. */
async function keepInSync(
	options: SyncOptions,
	how: Watching,
	log: WatchLog,
): Promise<never> {
	const { world } = how;
	const found = await sourceToWatch(options, how, log);
	log.source = placeOf(found);
	const told = new DedupedLog(log.listener, world.clock);
	const { source, settled } = await outlasting(
		() => recorded(found, options, how, told),
		how,
		told,
	);
	const care = new SourceCare({
		...how,
		...log.listener,
		refresh: options.refresh,
	});
	care.learn(source);
	let attach = accountsOf(recordOf(source));
	for (;;) {
		// Which accounts are watched is settled when a controller begins: where the record comes to name others, another one does.
		const others = new AbortController();
		const companion = {
			learn(now: PullSecret | undefined) {
				care.learn(now);
				const record = now && recordIn(now);
				if (record === undefined) return;
				const named = accountsOf(record);
				if (JSON.stringify(named) === JSON.stringify(attach)) return;
				attach = named;
				others.abort(others);
			},
			run: (signal: AbortSignal) => care.run(signal),
		};
		try {
			return await runController({
				...how,
				...log.listener,
				rules: {
					...options,
					source: placeOf(found),
					selects: selectsOf(options),
					replace: options.force && options.yes,
				},
				watched: watchedOf(options),
				attach,
				interrupt: AbortSignal.any([how.interrupt, others.signal]),
				companion,
				onReady(results) {
					const isFirst = !log.vitals.isReady;
					log.vitals.ready();
					if (!isFirst) return;
					if (log.state !== undefined)
						warnOfUnwatched(log.state, options, world);
					log.synced([...settled, ...results]);
				},
			});
		} catch (error) {
			if (error !== others) throw error;
			log.vitals.forgetAll();
		}
	}
}

/** The source; one that is not there yet is waited for. */
async function sourceToWatch(
	options: SyncOptions,
	how: Watching,
	log: WatchLog,
): Promise<PullSecret> {
	const { cluster, reader, world, interrupt } = how;
	const { vitals } = log;
	const find = () => findSource(how, options.source, world);
	try {
		return await find();
	} catch (error) {
		if (!isFailure(error, "source-missing")) throw error;
	}
	const source = placeMeant(options.source, cluster);
	const { namespace, name } = source;
	world.emit({
		type: "log",
		note: { level: "info", event: "source-awaited", source },
	});
	const told = new DedupedLog(log.listener, world.clock);
	const waited: Followed = { kind: "the source" };
	const there = Promise.withResolvers<void>();
	const stop = new AbortController();
	const reflector = new Reflector(
		cluster,
		"Secret",
		{ namespace, fieldSelector: `metadata.name=${name}` },
		{
			item: (secret) => isSourceLike(reader.toPullSecret(secret)),
			all: (items) => {
				told.succeeded();
				if (items.includes(true)) there.resolve();
			},
			changed: (isSource) => {
				if (isSource) there.resolve();
			},
			trouble: (error) => told.note(error),
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
	// It may be gone by now, or the server.
	return outlasting(() => sourceToWatch(options, how, log), how, told);
}

/**
 * The source with what is selected in its record, and what could not be selected, which has been told. Throws
 * FailureError where the record may not be written.
 */
async function recorded(
	source: PullSecret,
	options: SyncOptions,
	how: Watching,
	told: DedupedLog,
): Promise<{
	readonly source: PullSecret;
	readonly settled: readonly ChangeResult[];
}> {
	const record = recordOf(source);
	refuseOwnLabel(source, options.copyLabels);
	const { selection, exclude, attach } = options;
	if (selection.by === "record") {
		if (record !== undefined) return { source, settled: [] };
		throw recordMissing(source);
	}
	const report = new ChangeReport(how.world, how.cluster);
	const run: Run = { ...options, ...how, dryRun: "none", report };
	const withSelected = async (
		selected: SourceRecord,
		what: string,
		settled: readonly ChangeResult[] = [],
	) => {
		const change = {
			change: (before: SourceRecord) => mergeUnattended(before, selected),
			recording: { what, onceInSync: true },
		} as const;
		return { source: await changeRecord(source, change, run), settled };
	};
	// What a rule means is listed by the watch itself.
	if (selection.by !== "names" && selection.by !== "needed") {
		const entry = { rule: selection, exclude, attach };
		if (selection.by === "injected") {
			const place = { ...placeOf(source), record };
			const { mesh } = selection;
			await warnOfAsking(place, mesh, entry, run.cluster, run.world);
		}
		const selected = { ...EMPTY_RECORD, rules: [entry] };
		return withSelected(selected, selectedWords(selection));
	}
	const selected = await selectedFor(source, options, run);
	const { settled } = selected.targets;
	for (const result of settled) told.tell(result);
	return withSelected(selected.record, selected.what, settled);
}

/** Tells of recorded copies that a renewal will not reach, because the command line selects others. */
function warnOfUnwatched(
	state: SyncState,
	{ selection, exclude, refresh }: SyncOptions,
	world: Pick<World, "emit">,
): void {
	const { source, record } = state;
	if (refresh === undefined || source === undefined) return;
	if (record === undefined) return;
	const isRenewed = registriesOf(source.content).some(
		(key) => renewerOf(source, key, refresh.allowed) !== undefined,
	);
	if (!isRenewed) return;
	const seesAll = selection.by !== "names" && selection.by !== "selector";
	const namespaces = state
		.recordedElsewhere(seesAll)
		// Left out on purpose.
		.filter((name) => !matchesGlob(name, exclude))
		.sort();
	const rules = meansMore(record, selection);
	if (namespaces.length === 0 && !rules) return;
	warn(world, {
		cause: "recorded-unwatched",
		namespaces,
		rules,
		script: Fixes.of(source).syncRecorded(),
	});
}

/** Whether rules of the record may mean namespaces that are not selected. */
function meansMore(
	record: SourceRecord,
	selection: SyncOptions["selection"],
): boolean {
	switch (selection.by) {
		case "record":
		case "all":
			return false;
		case "selector":
		case "injected":
			return hasOtherRules(record, selection);
		case "names":
		case "needed":
			return record.rules.length > 0;
	}
}

/** All accounts that the record names anywhere; with `*` every one there is. */
function accountsOf(record: SourceRecord | undefined): string[] {
	return [...attachedAnywhere(record ?? EMPTY_RECORD)];
}

/** What of the record is kept right: what is selected, or all of it. */
function selectsOf({ selection, exclude }: SyncOptions): SyncRules["selects"] {
	const excluded = (name: string) => matchesGlob(name, exclude);
	switch (selection.by) {
		case "names":
			return (name) => selection.names.includes(name) && !excluded(name);
		case "record":
			return () => true;
		case "all":
		case "selector":
		case "needed":
			return (name) => !isSystemNamespace(name) && !excluded(name);
		case "injected": {
			const { mesh } = selection;
			return (name, known, record) =>
				!excluded(name) &&
				// Those whose pods alone ask for a sidecar are there by name, or not at all.
				(record.names.has(name) ||
					(!isSystemNamespace(name) &&
						typeof known === "object" &&
						isInjected(mesh, known)));
		}
	}
}

function watchedOf({ selection, exclude }: SyncOptions): Watched {
	if (selection.by === "names")
		return {
			by: "names",
			names: selection.names.filter((name) => !matchesGlob(name, exclude)),
		};
	return { by: "list", query: labelQuery(selection) };
}
