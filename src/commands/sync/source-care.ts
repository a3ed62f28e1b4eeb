import { apply } from "../../actions/apply/apply.ts";
import { AT_ONCE } from "../../actions/in-parallel.ts";
import type { Reading } from "../../actions/read/read-keys.ts";
import { WorkQueue } from "../../actions/watch/work-queue.ts";
import type { Credential } from "../../core/credentials/credential.ts";
import type { LogNote, RefreshFailure } from "../../core/in-cluster/log.ts";
import { errorIn, failureOf } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { spread } from "../../core/pauses.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import { sourceMaker } from "../../core/pull-secrets/edit-source.ts";
import {
	agesIn,
	type Expiry,
	expiriesOf,
	nearEnd,
} from "../../core/pull-secrets/expiry.ts";
import { rotating } from "../../core/pull-secrets/fixes.ts";
import { onlyAgreed, planSource } from "../../core/pull-secrets/plan.ts";
import {
	type Provider,
	providerName,
	renewalOf,
} from "../../core/pull-secrets/provider.ts";
import {
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordReadingIn } from "../../core/pull-secrets/record.ts";
import {
	askAgainIn,
	credentialIn,
	marginOf,
	type Nearness,
	nearnessOf,
	pauseAfter,
	type RefreshRules,
	type Refusal,
	renewerOf,
} from "../../core/pull-secrets/renewal.ts";
import { displayHost, registryOf } from "../../core/registry/server.ts";
import {
	mayBeWritten,
	NO_SINGLE_HOST,
} from "../../core/registry/verification.ts";
import { OperationError } from "../../errors.ts";
import type { World } from "../../world.ts";

/** What came of an attempt to renew a credential: the label of a metric. */
type RefreshResult =
	| "refreshed"
	/** The provider gave what is there. */
	| "unchanged"
	/** It gave none that is of use, or gave no answer. */
	| "failed"
	/** The registry does not accept it, or cannot be asked. */
	| "rejected"
	/** It could not be written to the source. */
	| "unwritten";

/** Where what befalls the credentials of a source is told. */
export interface SourceCareOptions extends Reading {
	/** Undefined: nothing is renewed, only warned about. */
	readonly refresh: RefreshRules | undefined;
	/** PEM of authorities to trust besides the machine's, at registries and at Amazon. */
	readonly ca?: string | undefined;
	readonly world: Pick<
		World,
		"clock" | "env" | "files" | "interrupt" | "provided" | "registry"
	>;
	readonly onNote: (note: LogNote) => void;
	readonly onResult: (result: ChangeResult) => void;
	readonly onRefresh: (registry: string, result: RefreshResult) => void;
	/** In [0, 1): spreads the pauses. */
	readonly random?: () => number;
}

/** What an attempt that failed counts as. */
const RESULTS: Readonly<Record<RefreshFailure["is"], RefreshResult>> = {
	"no-answer": "failed",
	expired: "failed",
	rejected: "rejected",
	"record-unreadable": "unwritten",
	"changed-meanwhile": "unwritten",
	unwritten: "unwritten",
};

/** How it stands with one entry. Times are of `Clock.elapsed`. */
class Entry {
	/** When its credential ends, as the source says it by now. */
	expiry: Expiry | undefined;
	readonly failures: Record<Refusal, number> = { failed: 0, rejected: 0 };
	/** Not asked for again before. */
	notBefore = 0;
	/** What was left of it when it came, in milliseconds; undefined: it was there before. */
	left: number | undefined;
	nearness: Nearness = "far";
	/** What was told of the last failure, how near the end was then, and when. */
	told = { what: "", words: "", at: 0 };

	/** `credential`: the one that all this is about. */
	constructor(
		readonly key: string,
		readonly credential: Credential,
	) {}

	/**
	 * How long before its end it is renewed. By a clock that is ahead, or a beginning that is none, most of
	 * its life may be over when it comes: half of what was left then is waited for in any case.
	 */
	margin(before: number | undefined): number {
		return Math.min(marginOf(this.expiry, before), (this.left ?? Infinity) / 2);
	}
}

/** A clock that is set is noticed within so long, in milliseconds. */
const LONGEST_WAIT = 60_000;
/** For so long a failure of the same kind is not told in other words, in milliseconds. */
const QUIET = 60_000;

/**
 * Looks after the credentials of a source while it is watched: says when one nears its end, and renews
 * what the command line allows to be renewed. Each entry is seen to by itself, so that a provider that
 * hangs keeps no other waiting. Whatever fails, what is there stays.
 */
export class SourceCare {
	readonly #queue: WorkQueue;
	readonly #entries = new Map<string, Entry>();
	#source: PullSecret | undefined;

	constructor(readonly how: SourceCareOptions) {
		this.#queue = new WorkQueue(how.world.clock);
	}

	/** The source as it is now; undefined: it is gone. */
	learn(source: PullSecret | undefined): void {
		if (source?.resourceVersion === this.#source?.resourceVersion) return;
		this.#source = source;
		for (const key of source === undefined ? [] : registriesOf(source.content))
			this.#queue.add(key);
	}

	/** Works until the signal, whose reason it throws, or until nobody is logged in any more. */
	run(signal: AbortSignal): Promise<never> {
		return this.#queue.run((key) => this.#tend(key), AT_ONCE, signal);
	}

	async #tend(key: string): Promise<void> {
		const { refresh, world } = this.how;
		const source = this.#source;
		const credential = source && credentialIn(source, key);
		if (source === undefined || credential === undefined) {
			this.#entries.delete(key);
			return;
		}
		const entry = this.#entryOf(source, key, credential);
		const provider = refresh && renewerOf(source, key, refresh.allowed);
		if (refresh === undefined || provider === undefined) {
			this.#warn(source, entry);
			this.#queue.add(key, world.clock.elapsed() + LONGEST_WAIT);
			return;
		}
		if (world.clock.elapsed() >= entry.notBefore && this.#dueIn(entry) <= 0)
			await this.#renew(source, entry, provider, refresh).catch(
				(error: unknown) => {
					// An API server that is away for a while ends no watch.
					if (!(error instanceof OperationError)) throw error;
					const { cluster } = this.how;
					const why = failureOf(error);
					const result = resultOf(cluster, "Secret", source, "failed", why);
					this.#failed(entry, { is: "unwritten", result });
				},
			);
		this.#queue.add(key, world.clock.elapsed() + this.#waitFor(key));
	}

	/** `source`: as it is now; undefined: it is not known. */
	#entryOf(
		source: PullSecret | undefined,
		key: string,
		credential: Credential,
	): Entry {
		const known = this.#entries.get(key);
		const entry = known?.credential.equals(credential)
			? known
			: new Entry(key, credential);
		entry.expiry = source && expiryIn(source, key);
		this.#entries.set(key, entry);
		return entry;
	}

	/** In how many milliseconds it is to be renewed, 0 or less: now. One of which no end is known is asked about at once. */
	#dueIn(entry: Entry): number {
		const margin = entry.margin(this.how.refresh?.before);
		const now = this.how.world.clock.now();
		return entry.expiry === undefined ? 0 : entry.expiry.at - margin - now;
	}

	/** How long nothing is to be done about an entry, in milliseconds. */
	#waitFor(key: string): number {
		const entry = this.#entries.get(key);
		if (entry === undefined) return LONGEST_WAIT;
		entry.expiry = this.#source && expiryIn(this.#source, key);
		const wait = entry.notBefore - this.how.world.clock.elapsed();
		// A thousandth more: a clock need not reach the moment in the same millisecond.
		return Math.min(LONGEST_WAIT, Math.max(1, wait, this.#dueIn(entry)));
	}

	/** Says once that a credential that nothing renews nears its end, and once that it is over. */
	#warn(source: PullSecret, entry: Entry): void {
		const now = this.how.world.clock.now();
		const end = entry.expiry && nearEnd(entry.expiry, now);
		if (end === undefined) return;
		const nearness = end.isOver ? "over" : "near";
		if (entry.nearness === nearness) return;
		entry.nearness = nearness;
		this.how.onNote({
			level: "warning",
			event: "credential-expiring",
			registry: end.key,
			at: end.at,
			isOver: end.isOver,
			script: rotating(source, end.key, registriesOf(source.content)),
		});
	}

	/** Asks, tries at the registry, and writes to the source; the watch sees that, and writes the copies. */
	async #renew(
		source: PullSecret,
		entry: Entry,
		provider: Provider,
		{ args, verifies }: RefreshRules,
	): Promise<void> {
		const { world, onRefresh, ca } = this.how;
		const { key, expiry } = entry;
		if (recordReadingIn(source).fault !== undefined)
			return this.#failed(entry, { is: "record-unreadable" });
		let answer: Awaited<ReturnType<World["provided"]>>;
		try {
			answer = await world.provided(provider, args, key, ca);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			return this.#failed(entry, { is: "no-answer", error });
		}
		const { credential, cacheFor } = answer;
		const name = providerName(provider);
		const now = world.clock.now();
		const renewal = renewalOf(key, entry.credential, credential, now);
		const same = renewal === "same";
		if (renewal === "expired" || (same && expiry && expiry.at <= now))
			return this.#failed(entry, { is: "expired", provider: name, same });
		if (same) {
			entry.notBefore =
				world.clock.elapsed() + askAgainIn(expiry, cacheFor, now);
			return onRefresh(key, "unchanged");
		}
		if (verifies) {
			const verification = await this.#verify(key, credential);
			if (!mayBeWritten(verification))
				return this.#failed(entry, { is: "rejected", verification });
		}
		const written = await this.#write(source, entry, credential, name);
		if (written.is !== "written") return this.#failed(entry, written);
		this.#renewed(written.now, key, credential, name, cacheFor);
	}

	async #verify(key: string, credential: Credential) {
		const registry = registryOf(key);
		if (registry === undefined) return NO_SINGLE_HOST;
		const client = await this.how.world.registry();
		return client.verify(
			{ key: registry, credential, insecure: false },
			this.how.ca,
		);
	}

	/** Writes it, unless the entry is another by then. Returns the source as it is then, or why it was not. */
	async #write(
		source: PullSecret,
		{ key, credential: before }: Entry,
		credential: Credential,
		provider: string,
	): Promise<RefreshFailure | { is: "written"; now: PullSecret | undefined }> {
		const { cluster, reader, world, onResult } = this.how;
		const planned = (now: PullSecret): Change => {
			const { lifetime } = agesIn(source.annotations)(key);
			const entry = {
				server: {
					key,
					given: displayHost(key),
					spelled: displayHost(key),
					warnings: [],
				},
				credential,
				issuedAt: world.clock.now(),
				provider,
				lifetime,
			};
			const made = sourceMaker({ by: "change" }, source, [entry]);
			return planSource(now, made(now), { force: false, replace: true });
		};
		let written: PullSecret | undefined;
		const results = await apply(
			// Deleted and created again, it would be gone in between.
			[onlyAgreed(planned(source), false, "rotate")],
			{
				cluster,
				reader,
				world,
				dryRun: "none",
				replan: (_, now) =>
					now && credentialIn(now, key)?.equals(before)
						? planned(now)
						: undefined,
				onWritten: (secret) => {
					written = secret;
				},
			},
		);
		for (const result of results) {
			if (result.action === "failed")
				return result.why?.cause === "changed-meanwhile"
					? { is: "changed-meanwhile" }
					: { is: "unwritten", result };
			onResult(result);
		}
		return { is: "written", now: written };
	}

	#renewed(
		now: PullSecret | undefined,
		key: string,
		credential: Credential,
		provider: string,
		cacheFor: number | undefined,
	): void {
		const { world, onNote, onRefresh } = this.how;
		const entry = this.#entryOf(now, key, credential);
		if (now !== undefined) this.learn(now);
		const { expiry } = entry;
		const time = world.clock.now();
		entry.left = expiry && expiry.at - time;
		// Whatever is said of its time, it is not asked for again at once.
		entry.notBefore =
			world.clock.elapsed() +
			(expiry === undefined
				? askAgainIn(undefined, cacheFor, time)
				: pauseAfter(1, "failed", expiry, time));
		onRefresh(key, "refreshed");
		onNote({
			level: "info",
			event: "credential-refreshed",
			registry: key,
			provider,
			left: entry.left,
		});
	}

	/** Tells a failure once, and again when it is another, or the end has come nearer. Then it is tried again after a pause. */
	#failed(entry: Entry, why: RefreshFailure): void {
		const { world, refresh, onNote, onRefresh } = this.how;
		const { key, expiry } = entry;
		const now = world.clock.now();
		const result = RESULTS[why.is];
		const kind: Refusal = result === "rejected" ? "rejected" : "failed";
		const failures = ++entry.failures[kind];
		// Who failed together does not ask again together.
		const pause = spread(
			pauseAfter(failures, kind, expiry, now),
			this.how.random?.(),
		);
		entry.notBefore = world.clock.elapsed() + pause;
		onRefresh(key, result);
		const margin = entry.margin(refresh?.before);
		const nearness = nearnessOf(expiry, margin, now);
		// An error's own fields say less than its text.
		const error =
			why.is === "no-answer"
				? why.error
				: why.is === "unwritten" && errorIn(why.result.why);
		const told = {
			what: JSON.stringify([nearness, why.is]),
			words: JSON.stringify([why, String(error)]),
			at: world.clock.elapsed(),
		};
		const { what, words, at } = entry.told;
		// Words may hold a number that is another each time.
		if (what === told.what && (words === told.words || told.at < at + QUIET))
			return;
		entry.told = told;
		onNote({
			level: nearness === "last" || nearness === "over" ? "error" : "warning",
			event:
				result === "rejected"
					? "credential-rejected"
					: "credential-refresh-failed",
			registry: key,
			why,
			end: expiry && { at: expiry.at, left: expiry.at - now },
		});
	}
}

function expiryIn(source: PullSecret, key: string): Expiry | undefined {
	return expiriesOf(source).find((expiry) => expiry.key === key);
}
