import { editAccounts } from "../../actions/accounts/edit-accounts.ts";
import { keepPolicies } from "../../actions/accounts/policies.ts";
import { takeBackAttached } from "../../actions/accounts/take-back.ts";
import { apply } from "../../actions/apply/apply.ts";
import { notServed, whyNot } from "../../actions/apply/targets.ts";
import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import {
	listNamespaces,
	readNamespace,
} from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import type { Listed } from "../../actions/watch/reflector.ts";
import { WorkQueue } from "../../actions/watch/work-queue.ts";
import { Accounts, type KnownAccount } from "../../core/accounts/accounts.ts";
import { planAttach } from "../../core/accounts/attachment.ts";
import type { LogNote } from "../../core/in-cluster/log.ts";
import type { Followed } from "../../core/in-cluster/vitals.ts";
import { errorIn, type Failure, failureOf } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { WHILE_AWAY } from "../../core/pauses.ts";
import { Places } from "../../core/places.ts";
import { Backoffs } from "../../core/pull-secrets/backoff.ts";
import { type Change, isWrite } from "../../core/pull-secrets/change.ts";
import { copyFault } from "../../core/pull-secrets/content-fault.ts";
import { lastWriterOf } from "../../core/pull-secrets/managers.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import { targetOf } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	type RecordReading,
	recordReadingIn,
} from "../../core/pull-secrets/record.ts";
import {
	type SyncRules,
	SyncState,
} from "../../core/pull-secrets/sync-state.ts";
import {
	AbortedError,
	ApiError,
	isAway,
	isFatal,
	isForbidden,
	isNotFound,
	unlessNotFound,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { DedupedLog, type Listener } from "./deduped-log.ts";
import { reflectors, type Watched } from "./reflectors.ts";

/** What is kept in sync, and where it is told: what is done, and failures when they are new. */
export interface ControllerOptions extends Listener {
	readonly rules: SyncRules;
	readonly watched: Watched;
	/** Service accounts that are to name the key, `*` for all; none: that is not our business. */
	readonly attach: readonly string[];
	readonly cluster: Cluster;
	readonly world: Pick<World, "clock" | "interrupt" | "emit" | "env" | "files">;
	/** Ends it, with its reason. */
	readonly interrupt: AbortSignal;
	/** Something came from the API server about this. */
	readonly heard?: (what: Followed) => void;
	/** Is told of the source whenever it may have changed, and works beside. */
	readonly companion?: {
		learn(source: PullSecret | undefined): void;
		run(signal: AbortSignal): Promise<never>;
	};
	/** What is known of the cluster from now on, for whoever asks how it stands. */
	readonly begun?: (state: SyncState, accounts: Accounts | undefined) => void;
	/** Everything has been looked at once; with what became of it. */
	readonly onReady: (results: readonly ChangeResult[]) => void;
}

/** The longest wait after failures, in milliseconds: that a named namespace is there is only found by trying. */
const LONGEST_WAIT = { names: 30_000, list: 300_000 };

/** So often, in milliseconds, a namespace is asked for itself, where it is again and again. */
const ASKED_EVERY = 1000;

/** Stands for the source's admission policies among the namespaces that are to be looked at. */
const POLICIES = "";
/** Policies are not watched, which would take a cluster-wide right of its own: they are looked at so often, in milliseconds. */
const POLICIES_EVERY = 300_000;

/**
 * Makes copies equal to their source, and keeps them so until the interrupt, whose
 * reason it throws. Throws what the cluster throws only while nothing has been read yet, and not where
 * there is no server: that is waited for.
 */
export async function runController(how: ControllerOptions): Promise<never> {
	const { interrupt, world } = how;
	const keeper = new Controller(how);
	// One that is refused waits for the others: what they said of a connection that goes is no trouble.
	await inParallel(keeper.following, (one) => keeper.begin(one));
	const stop = new AbortController();
	const signal = AbortSignal.any([interrupt, stop.signal]);
	const all = [
		...keeper.following.map((one) => one.follow(world.clock, signal)),
		keeper.keep(signal),
		...(how.companion ? [how.companion.run(signal)] : []),
	];
	try {
		return await Promise.race(all);
	} finally {
		stop.abort();
		// What is being written is finished: nothing is left half done.
		await Promise.allSettled(all);
	}
}

/**
 * Does it as soon as there is a server, and tells once that there is none. What is done again must do
 * no harm. Throws what `act` throws for another reason, and the interrupt's.
 */
export async function outlasting<T>(
	act: () => Promise<T>,
	{ world, interrupt }: Pick<ControllerOptions, "world" | "interrupt">,
	told: Pick<DedupedLog, "note" | "succeeded">,
): Promise<T> {
	for (let wasAway = false; ; wasAway = true)
		try {
			const result = await act();
			if (wasAway) told.succeeded();
			return result;
		} catch (error) {
			if (!isAway(error)) throw error;
			told.note(error);
			await world.clock.delay(WHILE_AWAY, interrupt);
		}
}

class Controller {
	readonly following: readonly Listed[];
	readonly #state: SyncState;
	readonly #accounts: Accounts | undefined;
	readonly #queue: WorkQueue;
	readonly #reader = new ContentReader();
	readonly #backoffs = new Backoffs();
	/** The same of asking for a namespace itself: whoever writes in it would have us ask as often as they write. */
	readonly #asked = new Backoffs();
	readonly #told: DedupedLog;
	/** What is learnt is seen to; before, everything is going to be. */
	#keeping = false;
	/** Copies that were deleted, and are yet to be taken out of the accounts beside them, by namespace. */
	readonly #deleted = new Map<string, ChangeResult>();
	/** The source whose policies were looked at, or are going to be. */
	#policiesOf: PullSecret | undefined;
	/** For one large account at a time, of all namespaces. */
	readonly #large = new Places(() => 1);
	/** How it stands with the source itself, as it was told last. */
	#standing: LogNote["event"] = "source-back";

	constructor(readonly how: ControllerOptions) {
		const { attach, cluster, watched } = how;
		this.#told = new DedupedLog(how, how.world.clock);
		this.#state = new SyncState(how.rules);
		this.#accounts =
			attach.length === 0
				? undefined
				: new Accounts(attach.includes("*") ? undefined : new Set(attach));
		how.begun?.(this.#state, this.#accounts);
		this.#queue = new WorkQueue(how.world.clock);
		this.following = reflectors({
			cluster,
			watched,
			reader: this.#reader,
			state: this.#state,
			accounts: this.#accounts,
			learn: (namespaces) => this.#learn(namespaces),
			trouble: (error) => this.#told.note(error),
			heard: how.heard,
		});
	}

	/** The first list. One of several named namespaces that cannot be read, or accounts that may not be, do not keep us from the others. */
	async begin(one: Listed): Promise<void> {
		try {
			await this.#outlasting(() => one.list());
		} catch (error) {
			const isVital =
				this.how.watched.by === "list" && one.kind !== "ServiceAccount";
			if (isVital || isFatal(error) || this.how.interrupt.aborted) throw error;
			this.#told.note(error);
		}
	}

	/** Brings everything in sync once, in order, and then sees to what changes. */
	async keep(signal: AbortSignal): Promise<never> {
		this.#keeping = true;
		const { everywhere } = this.#state;
		const done = new Map<string, ChangeResult>();
		let tries = 0;
		await this.#outlasting(() =>
			this.#bringInSync(everywhere, done, tries++ > 0),
		);
		const results = [...done.values()];
		await this.#outlasting(() => this.#takeBack(results));
		for (const name of everywhere)
			if (!this.#backoffs.has(name)) this.#queue.add(name);
		this.#queue.add(POLICIES);
		this.how.onReady(results);
		return this.#queue.run((name) => this.#reconcile(name), AT_ONCE, signal);
	}

	/** `done`, by namespace: what an earlier try did, which is not done again. */
	async #bringInSync(
		namespaces: readonly string[],
		done: Map<string, ChangeResult>,
		again: boolean,
	): Promise<void> {
		const left = namespaces
			.toSorted()
			.filter((namespace) => !done.has(namespace));
		const changes = await inParallel(left, (namespace) =>
			this.#changeIn(namespace, true, again).catch((error: unknown) => {
				if (isFatal(error) || isAway(error)) throw error;
				const result = this.#tellUnseen(namespace, error);
				if (result !== undefined) done.set(namespace, result);
				return this.#failed(namespace, error);
			}),
		);
		for (const name of left)
			if (!this.#backoffs.has(name)) this.#tellStanding(name);
		const steps = changes.flatMap((change) => change ?? []);
		const planned = new Map(
			steps.map((step) => {
				const { namespace } = targetOf(step);
				this.#state.writes(namespace);
				return [namespace, step];
			}),
		);
		await apply(steps, {
			...this.#applying,
			onResult: (result) => {
				const { namespace, action } = result;
				done.set(namespace, result);
				this.#told.tell(result);
				const step = planned.get(namespace);
				if (step !== undefined) this.#state.did(step, action);
				if (action === "failed") this.#failed(namespace);
			},
		});
	}

	#outlasting<T>(act: () => Promise<T>): Promise<T> {
		return outlasting(act, this.how, this.#told);
	}

	async #reconcile(namespace: string): Promise<void> {
		try {
			if (namespace === POLICIES) return await this.#reconcilePolicies();
			const right = await this.#reconcileSecret(namespace);
			if (right) await this.#reconcileAccounts(namespace);
			// One of that name that comes is another one.
			if (!this.#state.has(namespace)) {
				this.#backoffs.forget(namespace);
				this.#asked.forget(namespace);
			}
			this.#told.succeeded();
		} catch (error) {
			if (error instanceof AbortedError) throw error;
			this.#tellUnseen(namespace, error);
			this.#failed(namespace, error);
		}
	}

	/** What kept us from looking at one namespace is a failure of its copy; what would of any is told once. */
	#tellUnseen(namespace: string, error: unknown): ChangeResult | undefined {
		const { cluster, rules } = this.how;
		const isOfAny =
			isFatal(error) || isAway(error) || !(error instanceof ApiError);
		if (isOfAny || namespace === POLICIES) {
			this.#told.note(error);
			return undefined;
		}
		const place = { ...rules.source, namespace };
		const why = failureOf(error);
		const result = resultOf(cluster, "Secret", place, "failed", why);
		this.#told.tell(result);
		return result;
	}

	/** Whether the Secret of a namespace is as it should be now. */
	async #reconcileSecret(namespace: string): Promise<boolean> {
		const asks = this.#asks(namespace);
		const due = asks ? this.#asked.nextWrite(namespace, ASKED_EVERY) : 0;
		if (await this.#waits(namespace, this.#state.changeIn(namespace), due))
			return false;
		const { clock } = this.how.world;
		if (asks) this.#asked.wrote(namespace, clock.elapsed());
		const change = await this.#changeIn(namespace);
		this.#tellStanding(namespace);
		const deleted = this.#deleted.get(namespace);
		if (this.#state.known(namespace) !== undefined)
			this.#deleted.delete(namespace);
		else if (deleted !== undefined && change === undefined)
			await this.#takeBack([deleted]);
		if (change === undefined || change.action === "unchanged") return true;
		if (await this.#waits(namespace, change)) return false;
		const now = clock.elapsed();
		this.#state.writes(namespace);
		const results = await apply([change], this.#applying);
		for (const result of results) {
			this.#told.tell(result);
			// Of what was written, whatever became of it, a watch tells.
			const isUndone = result.why?.cause === "undone";
			this.#state.did(change, result.action);
			if (result.action !== "failed" || isUndone)
				this.#backoffs.wrote(namespace, now, this.#wrote, isUndone);
			// What stands in the way is watched; anything else may be over without an event.
			if (result.action === "failed" && change.action !== "conflict")
				this.#failed(namespace, errorIn(result.why));
		}
		// Nothing else would: the Secret is gone already.
		await this.#outlasting(() => this.#takeBack(results));
		return results.every(({ action }) => action !== "failed");
	}

	/** Whether it is too early for this change of a namespace, or for `due`: then it is looked at when it no longer is. */
	async #waits(
		namespace: string,
		change: Change | undefined,
		due = 0,
	): Promise<boolean> {
		const write = change !== undefined && isWrite(change);
		const time = Math.max(due, write ? this.#backoffs.nextWrite(namespace) : 0);
		if (this.how.world.clock.elapsed() >= time) return false;
		this.#queue.add(namespace, time);
		if (write && this.#backoffs.isQuarrel(namespace, this.#wrote))
			await this.#tellUndone("Secret", namespace, this.how.rules.source.name);
		return true;
	}

	/** Of which copies are made now. */
	get #wrote(): string | undefined {
		return this.#state.source?.resourceVersion;
	}

	/** That somebody undoes what is written, and who: what is there is what they made of it. */
	async #tellUndone(
		kind: "Secret" | "ServiceAccount",
		namespace: string,
		name: string,
	): Promise<void> {
		const place = { namespace, name };
		const now = await unlessNotFound(this.how.cluster.read(kind, place));
		const isServed = this.#state.standingIn(namespace)?.is === "served";
		this.how.onNote({
			level: "warning",
			event: "undone",
			kind,
			place,
			did: now === undefined ? "deleting" : isServed ? "changing" : "creating",
			by: now && lastWriterOf(now.metadata),
		});
	}

	/**
	 * What is to be done in a namespace. It is asked for itself where no watch may have told of what it has
	 * become: where it is named, unless all is as it should be; where one is watched, before a copy is
	 * deleted, which does not belong where a namespace is yet to be told of, and before one is written
	 * in the place of another or of one that failed, for the namespace may have been made again.
	 */
	async #changeIn(
		namespace: string,
		first = false,
		again?: boolean,
	): Promise<Change | undefined> {
		if (this.#asks(namespace, first, again)) await this.#lookNow(namespace);
		return this.#state.changeIn(namespace);
	}

	#asks(
		namespace: string,
		first = false,
		again = this.#backoffs.hasFailed(namespace),
	): boolean {
		const { watched, rules } = this.how;
		const change = this.#state.changeIn(namespace);
		if (watched.by === "names")
			return (
				watched.names.includes(namespace) &&
				(first ||
					(change?.action !== "unchanged" &&
						namespace !== rules.source.namespace))
			);
		if (change === undefined || !isWrite(change)) return false;
		const mayBeAnother = again || this.#state.isDoubtful(namespace);
		return change.action === "delete" || mayBeAnother;
	}

	/** Why a namespace that is recorded gets nothing, once. */
	#tellStanding(namespace: string): void {
		const why = this.#whyNot(namespace);
		if (why === undefined) return;
		const { rules, cluster, watched } = this.how;
		const result = notServed(namespace, why, rules.source, cluster);
		if (result.action === "failed") this.#told.tell(result);
		// No event may tell that it is as it was.
		if (watched.by === "names") this.#failed(namespace);
	}

	#whyNot(namespace: string): Failure | undefined {
		const standing = this.#state.standingIn(namespace);
		const known = this.#state.namespaceKnown(namespace);
		return standing && whyNot(standing, known, this.how.rules.source);
	}

	async #reconcileAccounts(namespace: string): Promise<void> {
		const key = this.how.rules.source.name;
		if (this.#accounts === undefined || !this.#state.hasKey(namespace)) return;
		const standing = this.#state.standingIn(namespace);
		const attach = standing?.is === "served" ? standing.attach : [];
		const accounts = this.#accounts;
		const { cluster, world } = this.how;
		const now = world.clock.elapsed();
		const undone: string[] = [];
		const targets = accounts
			.without(namespace)
			.filter(({ name }) => attach.includes("*") || attach.includes(name))
			.filter(({ name }) => {
				const id = `${namespace}/${name}`;
				const next = accounts.backoffs.nextWrite(id);
				if (next <= now) return true;
				this.#queue.add(namespace, next);
				if (accounts.backoffs.isQuarrel(id)) undone.push(name);
				return false;
			});
		const edit = (some: readonly KnownAccount[]) =>
			editAccounts(some, {
				cluster,
				world,
				dryRun: "none",
				plan: (account) => planAttach(account, key),
				awaitDefault: false,
				onResult: (result) => {
					const { action, name } = result;
					const error = errorIn(result.why);
					// It went meanwhile, of which the watch is about to tell.
					if (isNotFound(error)) return;
					this.#told.tell(result);
					if (action === "failed") this.#failed(namespace, error);
					if (action === "configured")
						accounts.backoffs.wrote(`${namespace}/${name}`, now);
				},
			});
		await edit(targets.filter(({ listed }) => listed !== undefined));
		// What was too much to be kept is read: a tenant's accounts of a megabyte one after the other.
		for (const target of targets)
			if (target.listed === undefined)
				await this.#large.take(() => edit([target]));
		for (const name of undone)
			await this.#tellUndone("ServiceAccount", namespace, name);
	}

	/** The admission policies of a source that notes some. */
	async #reconcilePolicies(): Promise<void> {
		const { source } = this.#state;
		this.#policiesOf = source;
		if (source === undefined || !isByPolicy(source)) return;
		const { cluster, world } = this.how;
		const right = await keepPolicies(source, {
			cluster,
			dryRun: "none",
			onResult: (result) => {
				this.#told.tell(result);
				if (result.action === "failed")
					this.#failed(POLICIES, errorIn(result.why));
			},
		});
		if (!right) return;
		this.#backoffs.forget(POLICIES);
		this.#queue.add(POLICIES, world.clock.elapsed() + POLICIES_EVERY);
	}

	/** Takes what was deleted out of the accounts beside it; where that fails, it is tried again with its namespace. */
	async #takeBack(results: readonly ChangeResult[]): Promise<void> {
		const deleted = results.filter(({ action }) => action === "deleted");
		for (const result of deleted) this.#deleted.set(result.namespace, result);
		const { cluster, world } = this.how;
		const failed = new Map<string, unknown>();
		const unread = await takeBackAttached(deleted, {
			cluster,
			world,
			dryRun: "none",
			onResult: (result) => {
				this.#told.tell(result);
				if (result.action === "failed") failed.set(result.namespace, undefined);
			},
		});
		if (unread !== undefined && isForbidden(unread.error))
			warn(world, { cause: "accounts-kept", ...unread });
		else if (unread !== undefined) {
			this.#told.note(unread.error);
			for (const { namespace } of deleted) failed.set(namespace, unread.error);
		}
		for (const { namespace } of deleted)
			if (failed.has(namespace)) this.#failed(namespace, failed.get(namespace));
			else this.#deleted.delete(namespace);
	}

	get #applying() {
		return {
			cluster: this.how.cluster,
			reader: this.#reader,
			world: this.how.world,
			dryRun: "none",
			replan: async (change: Change, current: PullSecret | undefined) => {
				const { namespace } = targetOf(change);
				// Whoever changed what is there under our hands may have deleted the namespace and made it
				// again, of which the watch is yet to tell: then what is there is another's.
				await this.#lookNow(namespace);
				return (
					this.#whyNot(namespace) ?? this.#state.changeAfter(namespace, current)
				);
			},
		} as const;
	}

	/** What a namespace is now, whatever the watch told: asks for what that asks for, which needs no further right. */
	async #lookNow(namespace: string): Promise<void> {
		const { watched, cluster } = this.how;
		this.#state.asks(namespace);
		if (watched.by === "names") {
			if (!watched.names.includes(namespace)) return;
			const now = await readNamespace(cluster, namespace);
			this.#state.namespace(namespace, now);
		} else {
			const fieldSelector = `metadata.name=${namespace}`;
			const query = { ...watched.query, fieldSelector };
			const found = await listNamespaces(cluster, query);
			this.#state.namespace(namespace, found.get(namespace));
		}
	}

	#learn(namespaces: readonly string[]): void {
		if (this.#keeping)
			for (const namespace of namespaces) this.#queue.add(namespace);
		// Before the source's own namespace is listed, nothing is known of it.
		if (!this.#state.begun) return;
		const { source } = this.#state;
		if (this.#keeping && source !== this.#policiesOf) {
			this.#policiesOf = source;
			this.#queue.add(POLICIES);
		}
		this.how.companion?.learn(source);
		this.#tellSource(source);
	}

	/** What keeps copies from being written at all, and that it is over; each once. */
	#tellSource(source: PullSecret | undefined): void {
		const { onNote, rules } = this.how;
		const fault = source && copyFault(source.content);
		const { record, fault: recordFault }: RecordReading =
			source === undefined ? {} : recordReadingIn(source);
		const about = { source: rules.source };
		const wrong = { level: "error", ...about } as const;
		const note: LogNote =
			source === undefined
				? { level: "warning", event: "source-deleted", ...about }
				: fault !== undefined
					? { ...wrong, event: "source-malformed", fault }
					: recordFault !== undefined
						? { ...wrong, event: "record-invalid", fault: recordFault }
						: record === undefined
							? { ...wrong, event: "record-missing" }
							: { level: "info", event: "source-back", ...about };
		if (note.event === this.#standing) return;
		this.#standing = note.event;
		onNote(note);
	}

	#failed(namespace: string, error?: unknown): void {
		const away = isAway(error);
		// However often there was none, it is one failure: the namespace may have been made again meanwhile.
		if (!away || !this.#backoffs.hasFailed(namespace))
			this.#backoffs.failed(namespace);
		const longest = LONGEST_WAIT[this.how.watched.by];
		const wait = away
			? WHILE_AWAY
			: this.#backoffs.retryAfter(namespace, longest);
		this.#queue.add(namespace, this.how.world.clock.elapsed() + wait);
	}
}
