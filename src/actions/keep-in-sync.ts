import {
	afterFailure,
	afterWrite,
	FRESH,
	nextWrite,
	type Pace,
	retryAfter,
} from "../core/pace.ts";
import { type Change, namespaceOf } from "../core/plan.ts";
import { ContentReader, type RegistryKey } from "../core/registry-key.ts";
import type { ChangeResult } from "../core/result.ts";
import { Upkeep, type UpkeepRules } from "../core/upkeep.ts";
import { AbortedError } from "../errors.ts";
import { failureLine, isFatal } from "../report/failure.ts";
import type { Clock, Cluster, ListQuery } from "../world.ts";
import { Agenda } from "./agenda.ts";
import { apply } from "./apply.ts";
import { type Followed, Following } from "./follow.ts";
import { AT_ONCE } from "./in-parallel.ts";

/** Which namespaces are kept in sync: those named, or those of a list, but for some. */
export type Watched =
	| { readonly by: "names"; readonly names: readonly string[] }
	| {
			readonly by: "list";
			readonly query: ListQuery;
			readonly excludes: (namespace: string) => boolean;
	  };

export interface Keeping {
	readonly rules: UpkeepRules;
	readonly watched: Watched;
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly interrupt: AbortSignal;
	/** Called for what is done, and for failures when they are new. */
	readonly onResult: (result: ChangeResult) => void;
	/** What is not about one namespace: a line without its end. */
	readonly onNote: (line: string) => void;
	/** Everything has been looked at once; with what became of it. */
	readonly onReady: (results: readonly ChangeResult[]) => void;
}

/** The longest wait after failures, in milliseconds: that a named namespace is there is only found by trying. */
const LONGEST_WAIT = { names: 30_000, list: 300_000 };

/**
 * Makes copies equal to their source, and keeps them so until the interrupt, whose
 * reason it throws. One list and one watch of namespaces and of Secrets; where
 * namespaces are named, one of the Secret in each, and nothing cluster-wide.
 */
export async function keepInSync(how: Keeping): Promise<never> {
	const { clock, interrupt } = how;
	const keeper = new Keeper(how);
	const following = [...keeper.secrets(), ...keeper.namespaces()];
	await Promise.all(following.map((one) => keeper.begin(one)));
	const stop = new AbortController();
	const signal = AbortSignal.any([interrupt, stop.signal]);
	const all = [
		...following.map((one) => one.follow(clock, signal)),
		keeper.keep(signal),
	];
	try {
		return await Promise.race(all);
	} finally {
		stop.abort();
		// What is being written is finished: nothing is left half done.
		await Promise.allSettled(all);
	}
}

class Keeper {
	readonly #upkeep: Upkeep;
	readonly #agenda: Agenda;
	readonly #reader = new ContentReader();
	readonly #paces = new Map<string, Pace>();
	/** The last failure that was told, by namespace. */
	readonly #told = new Map<string, string>();
	#trouble = "";

	constructor(readonly how: Keeping) {
		this.#upkeep = new Upkeep(how.rules);
		this.#agenda = new Agenda(how.clock);
	}

	/** The Secrets of the source's name. */
	secrets(): Followed[] {
		const { cluster, watched, rules } = this.how;
		const fieldSelector = `metadata.name=${rules.source.name}`;
		const places: readonly (string | undefined)[] =
			watched.by === "list"
				? [undefined]
				: [...new Set([rules.source.namespace, ...watched.names])];
		return places.map(
			(namespace) =>
				new Following(
					cluster,
					"Secret",
					{ fieldSelector, ...(namespace !== undefined && { namespace }) },
					{
						item: (secret) => this.#reader.registryKey(secret),
						all: (keys) => this.#learn(this.#upkeep.keys(keys, namespace)),
						changed: (key, gone) => this.#keyChanged(key, gone),
						trouble: (error) => this.#note(error),
					},
				),
		);
	}

	/** The namespaces that a list selects; named ones are taken to be there. */
	namespaces(): Followed[] {
		const { cluster, watched } = this.how;
		if (watched.by === "names") {
			this.#learn(
				this.#upkeep.namespaces(
					new Map(watched.names.map((name) => [name, false])),
				),
			);
			return [];
		}
		const following = new Following(
			cluster,
			"Namespace",
			{ ...watched.query, metadataOnly: true },
			{
				item: ({ metadata }) => ({
					name: metadata.name ?? "",
					terminating: metadata.deletionTimestamp !== undefined,
				}),
				all: (items) =>
					this.#learn(
						this.#upkeep.namespaces(
							new Map(
								items
									.filter(({ name }) => !watched.excludes(name))
									.map(({ name, terminating }) => [name, terminating]),
							),
						),
					),
				changed: ({ name, terminating }, gone) => {
					if (watched.excludes(name)) return;
					if (gone) this.#paces.delete(name);
					this.#learn(
						this.#upkeep.namespace(name, gone ? undefined : terminating),
					);
				},
				trouble: (error) => this.#note(error),
			},
		);
		return [following];
	}

	/** The first list. One of several named namespaces that cannot be read does not keep us from the others. */
	async begin(one: Followed): Promise<void> {
		try {
			await one.list();
		} catch (error) {
			if (this.how.watched.by === "list" || isFatal(error)) throw error;
			this.#note(error);
		}
	}

	/** Brings everything in sync once, in order, and then sees to what changes. */
	async keep(signal: AbortSignal): Promise<never> {
		const steps = this.#upkeep.everywhere
			.toSorted()
			.flatMap((namespace) => this.#upkeep.changeIn(namespace) ?? []);
		const before = steps.map((step) => this.#upkeep.known(namespaceOf(step)));
		const results = await apply(steps, {
			...this.#applying,
			onResult: (result) => this.#tell(result),
		});
		for (const [index, { namespace, action }] of results.entries()) {
			const step = steps[index];
			if (action === "failed") this.#failed(namespace);
			else if (step !== undefined) this.#upkeep.did(step, before[index]);
		}
		this.how.onReady(results);
		return this.#agenda.run((name) => this.#tend(name), AT_ONCE, signal);
	}

	async #tend(namespace: string): Promise<void> {
		const change = this.#upkeep.changeIn(namespace);
		if (change === undefined || change.action === "unchanged") {
			this.#told.delete(namespace);
			return;
		}
		const now = this.how.clock.now();
		const pace = this.#paces.get(namespace) ?? FRESH;
		if (change.action !== "conflict" && now < nextWrite(pace)) {
			this.#agenda.add(namespace, nextWrite(pace));
			return;
		}
		const before = this.#upkeep.known(namespace);
		try {
			const [result] = await apply([change], this.#applying);
			if (result === undefined) return;
			this.#tell(result);
			this.#trouble = "";
			if (result.action !== "failed") {
				this.#upkeep.did(change, before);
				this.#paces.set(namespace, afterWrite(pace, now));
			}
			// What stands in the way is watched; anything else may be over without an event.
			else if (change.action !== "conflict") this.#failed(namespace);
		} catch (error) {
			if (error instanceof AbortedError) throw error;
			this.#note(error);
			this.#failed(namespace);
		}
	}

	get #applying() {
		return {
			cluster: this.how.cluster,
			reader: this.#reader,
			dryRun: "none",
			replan: (change: Change, current: RegistryKey | undefined) =>
				this.#upkeep.changeAfter(namespaceOf(change), current),
		} as const;
	}

	#learn(namespaces: readonly string[]): void {
		for (const namespace of namespaces) this.#agenda.add(namespace);
	}

	#keyChanged(key: RegistryKey, gone: boolean): void {
		const before = this.#upkeep.source;
		this.#learn(this.#upkeep.key(key.namespace, gone ? undefined : key));
		const now = this.#upkeep.source;
		const { namespace, name } = this.how.rules.source;
		if (before !== undefined && now === undefined)
			this.how.onNote(
				`Warning: the source ${namespace}/${name} is gone: copies stay as they are until it is back`,
			);
		if (before === undefined && now !== undefined)
			this.how.onNote(`the source ${namespace}/${name} is back`);
	}

	#failed(namespace: string): void {
		const pace = afterFailure(this.#paces.get(namespace) ?? FRESH);
		this.#paces.set(namespace, pace);
		const wait = retryAfter(pace, LONGEST_WAIT[this.how.watched.by]);
		this.#agenda.add(namespace, this.how.clock.now() + wait);
	}

	/** What was done; a failure once, until something else happens there. */
	#tell(result: ChangeResult): void {
		if (result.action === "unchanged") return;
		if (result.action !== "failed") this.#told.delete(result.namespace);
		else if (this.#told.get(result.namespace) === result.reason) return;
		else this.#told.set(result.namespace, result.reason);
		this.how.onResult(result);
	}

	/** A trouble that is not one namespace's, once until something succeeds. */
	#note(error: unknown): void {
		const line = failureLine(error);
		if (line === this.#trouble) return;
		this.#trouble = line;
		this.how.onNote(line);
	}
}
