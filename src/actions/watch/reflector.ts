import type { Kind, ObjectOf } from "../../core/objects.ts";
import { growingPause, spread, WHILE_AWAY } from "../../core/pauses.ts";
import { AbortedError, ApiError, isAway } from "../../errors.ts";
import type { Clock, Cluster, ListQuery } from "../../world.ts";

/** Where what is followed is told. */
interface ReflectorHandler<Object, Item> {
	/** What is kept of an object. */
	item(object: Object): Item;
	/** All there is: at first, and again where the server has forgotten how it came about. */
	all(items: readonly Item[]): void;
	/** One as it is now, or as it was when it went. */
	changed(item: Item, gone: boolean): void;
	/** Something came from the API server, or is waited for from now on. */
	heard?(): void;
	/** It could not be followed for a while, and is tried again. Not told of what mends at the first try. */
	trouble(error: unknown): void;
}

/** A watch that lived so long, in milliseconds, was a good one, whatever ended it; a shorter one is none, whatever it told. */
const GOOD = 5_000;
const PAUSES = { first: 100, longest: 30_000 };

/**
 * The server answers, and not with a watch: the version may be one that it never had, and only a list says
 * another. A busy one is not asked for that as well.
 */
function isRefused(error: unknown): boolean {
	return error instanceof ApiError && error.status !== 429 && !isAway(error);
}

/** What can be listed, and then watched. */
export interface Listed {
	readonly kind: Kind;
	list(): Promise<void>;
	/**
	 * Watches from the list on, until the signal. A watch that ends is resumed where it
	 * was; a server that has forgotten that version (410), or refuses it twice, is listed again. Whatever
	 * else goes wrong is tried again after a pause that grows to half a minute, or to two seconds while there
	 * is no server. So is a watch that ends soon after it began, to two seconds where it told of something.
	 */
	follow(clock: Clock, signal: AbortSignal): Promise<never>;
}

/** The objects of a kind that a query selects. */
export class Reflector<K extends Kind, Item> implements Listed {
	/** Undefined: to be listed first. */
	#version: string | undefined;

	constructor(
		readonly cluster: Cluster,
		readonly kind: K,
		readonly query: ListQuery,
		readonly follower: ReflectorHandler<ObjectOf[K], Item>,
	) {
		// It begins to be followed: from here on silence counts.
		follower.heard?.();
	}

	async list(): Promise<void> {
		const items: Item[] = [];
		let version = "";
		const { item, heard } = this.follower;
		// One object at a time: a page of what tenants filled would be more than a pod may have in memory.
		for await (const page of this.cluster.picked(this.kind, this.query, item)) {
			heard?.();
			for (const one of page.items) items.push(one);
			// A list that the server could not go on with ends at a later version: what
			// changed on its first pages since is only told of by a watch from the first.
			version ||= page.resourceVersion;
		}
		this.#version = version;
		this.follower.all(items);
	}

	async follow(clock: Clock, signal: AbortSignal): Promise<never> {
		let failures = 0;
		let refusals = 0;
		for (;;) {
			const began = clock.elapsed();
			let error: unknown;
			let brought = false;
			try {
				if (this.#version === undefined) await this.list();
				await this.#watch(signal, () => {
					brought = true;
				});
			} catch (thrown) {
				error = thrown;
			}
			signal.throwIfAborted();
			if (error instanceof AbortedError) throw error;
			if (clock.elapsed() - began > GOOD) failures = 0;
			failures++;
			if (error instanceof ApiError) this.follower.heard?.();
			refusals = isRefused(error) ? refusals + 1 : 0;
			const isForgotten = error instanceof ApiError && error.status === 410;
			if (isForgotten || refusals > 1) this.#version = undefined;
			if (error !== undefined && !isForgotten && failures > 1)
				this.follower.trouble(error);
			const pause = growingPause(failures, PAUSES);
			const isShort = isAway(error) || (brought && error === undefined);
			await clock.delay(
				spread(isShort ? Math.min(pause, WHILE_AWAY) : pause),
				signal,
			);
		}
	}

	async #watch(signal: AbortSignal, brought: () => void): Promise<void> {
		const query = { ...this.query, resourceVersion: this.#version ?? "" };
		for await (const event of this.cluster.watch(this.kind, query, signal)) {
			this.follower.heard?.();
			// One that is taken and ends at once, again and again, is none that follows.
			if (event.type === "ACCEPTED") continue;
			brought();
			if (event.type === "BOOKMARK") {
				// From none a watch would begin with what is there, and tell of nothing that went before.
				this.#version = event.resourceVersion || this.#version;
				continue;
			}
			const { object } = event;
			this.#version = object.metadata.resourceVersion || this.#version;
			this.follower.changed(
				this.follower.item(object),
				event.type === "DELETED",
			);
		}
	}
}
