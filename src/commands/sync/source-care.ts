import { apply } from "../../actions/apply/apply.ts";
import { AT_ONCE } from "../../actions/in-parallel.ts";
import { WorkQueue } from "../../actions/watch/work-queue.ts";
import type { Credential } from "../../core/credentials/credential.ts";
import type { LogNote, RefreshFailure } from "../../core/in-cluster/log.ts";
import { errorIn, failureOf } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { spread } from "../../core/pauses.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import { sourceMaker } from "../../core/pull-secrets/edit-source.ts";
import {
	type Expiry,
	expiriesOf,
	lifetimeSaid,
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
	type ContentReader,
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordReadingIn } from "../../core/pull-secrets/record.ts";
import {
	askAgainIn,
	credentialIn,
	dueIn,
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
import type { Cluster, World } from "../../world.ts";

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
export interface SourceCareOptions {
	/** Undefined: nothing is renewed, only warned about. */
	readonly refresh: RefreshRules | undefined;
	/** PEM of authorities to trust besides the machine's, at registries and at Amazon. */
	readonly ca?: string | undefined;
	readonly cluster: Cluster;
	readonly reader: ContentReader;
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

/** How it stands with one entry. Times are of `Clock.elapsed`. */
class Entry {
	readonly failures: Record<Refusal, number> = { failed: 0, rejected: 0 };
	/** Not asked for again before. */
	notBefore = 0;
	/** What was left of it when it came, in milliseconds; undefined: it was there before. */
	left: number | undefined;
	nearness: Nearness = "far";
	/** What was told of the last failure, how near the end was then, and when. */
	told = { what: "", words: "", at: 0 };

	/** `credential`: the one that all this is about. */
	constructor(readonly credential: Credential) {}

	/**
	 * How long before its end it is renewed. By a clock that is ahead, or a beginning that is none, most of
	 * its life may be over when it comes: half of what was left then is waited for in any case.
	 */
	margin(expiry: Expiry | undefined, before: number | undefined): number {
		return Math.min(marginOf(expiry, before), (this.left ?? Infinity) / 2);
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
		const entry = this.#entryOf(key, credential);
		const expiry = expiryIn(source, key);
		const provider = refresh && renewerOf(source, key, refresh.allowed);
		if (refresh === undefined || provider === undefined) {
			this.#warn(source, expiry, entry);
			this.#queue.add(key, world.clock.elapsed() + LONGEST_WAIT);
			return;
		}
		if (
			world.clock.elapsed() >= entry.notBefore &&
			this.#dueIn(expiry, entry) <= 0
		)
			await this.#renew(source, key, entry, provider, refresh).catch(
				(error: unknown) => {
					// An API server that is away for a while ends no watch.
					if (!(error instanceof OperationError)) throw error;
					this.#failed(key, entry, expiry, "unwritten", {
						is: "unwritten",
						result: resultOf(
							this.how.cluster,
							"Secret",
							source,
							"failed",
							failureOf(error),
						),
					});
				},
			);
		this.#queue.add(key, world.clock.elapsed() + this.#waitFor(key));
	}

	#entryOf(key: string, credential: Credential): Entry {
		const known = this.#entries.get(key);
		if (known?.credential.equals(credential)) return known;
		const fresh = new Entry(credential);
		this.#entries.set(key, fresh);
		return fresh;
	}

	#dueIn(expiry: Expiry | undefined, entry: Entry): number {
		const margin = entry.margin(expiry, this.how.refresh?.before);
		return dueIn(expiry, margin, this.how.world.clock.now());
	}

	/** How long nothing is to be done about an entry, in milliseconds. */
	#waitFor(key: string): number {
		const entry = this.#entries.get(key);
		if (entry === undefined) return LONGEST_WAIT;
		const wait = entry.notBefore - this.how.world.clock.elapsed();
		const due = this.#dueIn(this.#source && expiryIn(this.#source, key), entry);
		// A thousandth more: a clock need not reach the moment in the same millisecond.
		return Math.min(LONGEST_WAIT, Math.max(1, wait, due));
	}

	/** Says once that a credential that nothing renews nears its end, and once that it is over. */
	#warn(source: PullSecret, expiry: Expiry | undefined, entry: Entry): void {
		if (expiry === undefined) return;
		const now = this.how.world.clock.now();
		const end = nearEnd(expiry, now);
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
		key: string,
		entry: Entry,
		provider: Provider,
		refresh: RefreshRules,
	): Promise<void> {
		const { world, onRefresh } = this.how;
		const expiry = expiryIn(source, key);
		const failed = (result: RefreshResult, why: RefreshFailure) =>
			this.#failed(key, entry, expiry, result, why);
		if (recordReadingIn(source).fault !== undefined)
			return failed("unwritten", { is: "record-unreadable" });
		let answer: Awaited<ReturnType<World["provided"]>>;
		try {
			const { args } = refresh;
			answer = await world.provided(provider, args, key, this.how.ca);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			return failed("failed", { is: "no-answer", error });
		}
		const { credential, cacheFor } = answer;
		const name = providerName(provider);
		const now = world.clock.now();
		switch (renewalOf(key, entry.credential, credential, now)) {
			case "same":
				if (expiry !== undefined && expiry.at <= now)
					return failed("failed", {
						is: "expired",
						provider: name,
						same: true,
					});
				entry.notBefore =
					world.clock.elapsed() + askAgainIn(expiry, cacheFor, now);
				return onRefresh(key, "unchanged");
			case "expired":
				return failed("failed", {
					is: "expired",
					provider: name,
					same: false,
				});
			case "new":
				break;
		}
		if (refresh.verifies) {
			const verification = await this.#verify(key, credential);
			if (!mayBeWritten(verification))
				return failed("rejected", { is: "rejected", verification });
		}
		const before = entry.credential;
		const written = await this.#write(source, key, before, credential, name);
		if (written.is !== "written") return failed("unwritten", written);
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

	/** Writes it, unless the entry is no longer as `before`. Returns the source as it is then, or why it was not. */
	async #write(
		source: PullSecret,
		key: string,
		before: Credential,
		credential: Credential,
		provider: string,
	): Promise<RefreshFailure | { is: "written"; now: PullSecret | undefined }> {
		const { cluster, reader, world, onResult } = this.how;
		const planned = (now: PullSecret): Change => {
			const lifetime = lifetimeSaid(source, key);
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
				...(lifetime !== undefined && { lifetime }),
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
		const entry = this.#entryOf(key, credential);
		if (now !== undefined) this.learn(now);
		const expiry = now && expiryIn(now, key);
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
	#failed(
		key: string,
		entry: Entry,
		expiry: Expiry | undefined,
		result: RefreshResult,
		why: RefreshFailure,
	): void {
		const { world, refresh, onNote, onRefresh } = this.how;
		const now = world.clock.now();
		const kind: Refusal = result === "rejected" ? "rejected" : "failed";
		const failures = ++entry.failures[kind];
		// Who failed together does not ask again together.
		const pause = spread(
			pauseAfter(failures, kind, expiry, now),
			this.how.random?.(),
		);
		entry.notBefore = world.clock.elapsed() + pause;
		onRefresh(key, result);
		const nearness = nearnessOf(
			expiry,
			entry.margin(expiry, refresh?.before),
			now,
		);
		// An error's own fields say less than its text.
		const error =
			why.is === "no-answer"
				? why.error
				: why.is === "unwritten" && errorIn(why.result.why);
		const told = {
			what: JSON.stringify([nearness, result, why.is]),
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
