import {
	readSource,
	secretsNamed,
	warnOfUnread,
} from "../../actions/read/read-keys.ts";
import {
	type AllNamespaces,
	scopesOf,
} from "../../actions/read/read-namespaces.ts";
import { Reflector } from "../../actions/watch/reflector.ts";
import { WorkQueue } from "../../actions/watch/work-queue.ts";
import type { Kind, ObjectOf } from "../../core/objects.ts";
import { type ListItem, listItem } from "../../core/pull-secrets/list-item.ts";
import { namespaceFacts } from "../../core/pull-secrets/namespace-facts.ts";
import {
	ContentReader,
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	legalSourceRef,
	needNamespaces,
	type SourceKnowledge,
	sourcesNamed,
} from "../../core/pull-secrets/source.ts";
import { AbortedError, unlessForbidden } from "../../errors.ts";
import { failureLine } from "../../report/failure.ts";
import type { Cluster, ListQuery, World } from "../../world.ts";
import { type ListChoice, listQueries, meantKeys } from "./list-keys.ts";

/** A rotation touches every key: changes are gathered for so many milliseconds, and then told together. */
const GATHERED = 100;
/** Of so many sources elsewhere it is known what they hold: whoever writes copies says how many they name. */
const WATCHED = 20;
/** After a failure, in milliseconds. */
const PAUSE = 5_000;

/**
 * Tells of the pull secrets that are meant: at first all of them, and then each that looks
 * different from before, as it does when its source changes; `Deleted` when it is gone. Until
 * the signal, whose reason it throws. Throws what the cluster throws only while nothing has been
 * told yet.
 */
export async function watchPullSecrets(
	cluster: Cluster,
	choice: ListChoice,
	world: World,
	signal: AbortSignal,
): Promise<never> {
	const stop = new AbortController();
	const either = AbortSignal.any([signal, stop.signal]);
	const watch = new PullSecretWatch(cluster, choice, world, either);
	try {
		return await watch.run();
	} finally {
		stop.abort();
		await Promise.allSettled(watch.running);
	}
}

/** Secrets that are watched, as they are now, by `NAMESPACE/NAME`. */
type Snapshot = Map<string, PullSecret>;

class PullSecretWatch {
	readonly #queue: WorkQueue;
	readonly #reader = new ContentReader();
	readonly running: Promise<never>[] = [];
	#listed: Snapshot[] = [];
	/** Sources that copies name, but no query finds: what is watched, or all that may be known. */
	readonly #elsewhere = new Map<string, Snapshot | SourceKnowledge>();
	/** All Namespaces, while some record has rules and they may be listed. */
	#namespaces: Promise<AllNamespaces | undefined> | undefined;
	/** What was told of each, and the same as text. */
	readonly #told = new Map<string, { item: ListItem; text: string }>();
	readonly #troubles = new Set<string>();

	constructor(
		readonly cluster: Cluster,
		readonly choice: ListChoice,
		readonly world: World,
		readonly signal: AbortSignal,
	) {
		this.#queue = new WorkQueue(world.clock);
	}

	async run(): Promise<never> {
		const { namespaces } = this.choice;
		const tell = (items: readonly ListItem[]) =>
			this.world.emit({ type: "items", items, namespaces });
		this.#listed = await Promise.all(
			listQueries(this.choice, scopesOf(namespaces)).map((query) =>
				this.#secrets(query),
			),
		);
		tell(await this.#news());
		warnOfUnread(this.#reader, this.world);
		return this.#queue.run(
			async () => {
				try {
					const news = await this.#news();
					if (news.length > 0) tell(news);
				} catch (error) {
					if (error instanceof AbortedError) throw error;
					this.#note(error);
					this.#queue.add("news", this.world.clock.elapsed() + PAUSE);
				}
			},
			1,
			this.signal,
		);
	}

	/** What a query finds, from now on. Throws what the cluster throws at the first list. */
	async #watched<K extends Kind, Item>(
		kind: K,
		query: ListQuery,
		item: (object: ObjectOf[K]) => Item,
		idOf: (item: Item) => string,
	): Promise<Map<string, Item>> {
		const kept = new Map<string, Item>();
		const following = new Reflector(this.cluster, kind, query, {
			item,
			all: (items) => {
				kept.clear();
				for (const one of items) kept.set(idOf(one), one);
				this.#changed();
			},
			changed: (one, gone) => {
				if (gone) kept.delete(idOf(one));
				else kept.set(idOf(one), one);
				this.#troubles.clear();
				this.#changed();
			},
			trouble: (error) => this.#note(error),
		});
		await following.list();
		const running = following.follow(this.world.clock, this.signal);
		running.catch(() => {}); // It ends with the signal, for which everybody waits.
		this.running.push(running);
		return kept;
	}

	#secrets(query: ListQuery): Promise<Snapshot> {
		return this.#watched(
			"Secret",
			query,
			(secret) => this.#reader.listed(secret),
			sourceRef,
		);
	}

	/** All Namespaces, from now on; undefined where they may not be listed. */
	async #watchedNamespaces(): Promise<AllNamespaces | undefined> {
		const query = { metadataOnly: true };
		try {
			return await unlessForbidden(
				this.#watched("Namespace", query, namespaceFacts, ({ name }) => name),
			);
		} catch (error) {
			// It is looked for again with the next news.
			this.#namespaces = undefined;
			throw error;
		}
	}

	#changed(): void {
		this.#queue.add("news", this.world.clock.elapsed() + GATHERED);
	}

	/** What is to be told: the new, the changed, and last the gone. */
	async #news(): Promise<ListItem[]> {
		// What two queries find is one.
		const listed = new Map(this.#listed.flatMap((keys) => [...keys]));
		const sources = new Map<string, SourceKnowledge>();
		for (const ref of sourcesNamed([...listed.values()]))
			sources.set(ref, listed.get(ref) ?? (await this.#sourceElsewhere(ref)));
		const needed = needNamespaces(sources);
		if (needed) this.#namespaces ??= this.#watchedNamespaces();
		const known = {
			context: this.cluster.context,
			sources,
			namespaces: needed ? await this.#namespaces : undefined,
		};
		const now = this.world.clock.now();
		const gone = new Set(this.#told.keys());
		const news: ListItem[] = [];
		const keys = meantKeys([...listed.values()], known, this.choice, now);
		for (const key of keys) {
			// For hours: without all else that was known by now.
			const item = { ...listItem(key, known) };
			const ref = sourceRef(item);
			const text = JSON.stringify(item);
			gone.delete(ref);
			if (this.#told.get(ref)?.text === text) continue;
			this.#told.set(ref, { item, text });
			news.push(item);
		}
		for (const ref of gone) {
			const last = this.#told.get(ref);
			if (last) news.push({ ...last.item, status: "Deleted" });
			this.#told.delete(ref);
		}
		return news;
	}

	async #sourceElsewhere(ref: string): Promise<SourceKnowledge> {
		const place = legalSourceRef(ref);
		if (place === undefined) return "unknown";
		let found = this.#elsewhere.get(ref);
		if (found === undefined) {
			if (this.#elsewhere.size >= WATCHED) return "unknown";
			const { namespace, name } = place;
			const watching = this.#secrets({ namespace, ...secretsNamed(name) });
			const at = { cluster: this.cluster, reader: this.#reader };
			// What may not be watched is read once.
			found =
				(await unlessForbidden(watching)) ?? (await readSource(at, place));
			this.#elsewhere.set(ref, found);
		}
		return found instanceof Map ? (found.get(ref) ?? "gone") : found;
	}

	/** Each trouble once, until a watch tells of something. */
	#note(error: unknown): void {
		const line = failureLine(error);
		if (this.#troubles.has(line)) return;
		this.#troubles.add(line);
		this.world.emit({ type: "trouble", error });
	}
}
