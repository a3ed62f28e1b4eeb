import { randomUUID } from "node:crypto";
import { type Entry, entryOf, within } from "./entries.ts";
import { normalise } from "./normalise.ts";
import type { Draft, KubeObject } from "./objects.ts";
import { type Resource, resourceOfKind, resources } from "./resources.ts";

/** One write. `before` is absent for ADDED; `entry` of DELETED carries the deletion's version. */
export interface Change {
	type: "ADDED" | "MODIFIED" | "DELETED";
	version: number;
	entry: Entry;
	before?: Entry;
}

interface Collection {
	/** By namespace ("" for namespaces themselves) and name. */
	spaces: Map<string, Map<string, Entry>>;
	/** All of them, in the order of lists; absent after a write. */
	sorted?: readonly Entry[] | undefined;
}

/**
 * All objects, one counter of versions for all of them, and the recent changes,
 * as etcd has them. Tests may seed, read and delete here without a request;
 * watches see it as they see any write.
 */
export class Store {
	version = 0;
	/** Changes at or below this version are forgotten: watches and lists from there answer 410. */
	forgotten = 0;
	readonly #collections = new Map<Resource, Collection>();
	readonly #listeners = new Set<(change: Change) => void>();
	/** What pages after the first are read from: arrays that no later write touches. */
	readonly #snapshots = new Map<string, readonly Entry[]>();
	#changes: Change[] = [];
	readonly #untold: Change[] = [];

	/** `history`: how many changes are remembered; `now`: for creation times. */
	constructor(
		readonly now: () => Date,
		readonly history: number,
	) {
		for (const resource of resources.values())
			this.#collections.set(resource, { spaces: new Map() });
	}

	/** The current version of an object. `namespace` is "" for namespaces. */
	entry(resource: Resource, namespace: string, name: string) {
		return this.#of(resource).spaces.get(namespace)?.get(name);
	}

	/** All of a resource, or those of one namespace, in the order of lists. */
	list(resource: Resource, namespace = ""): readonly Entry[] {
		const collection = this.#of(resource);
		const { spaces } = collection;
		if (namespace !== "") return sortedByName(spaces.get(namespace));
		// By key, as etcd does: `a-b/x` comes before `a/x`.
		collection.sorted ??= [...spaces.keys()]
			.sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1))
			.flatMap((space) => sortedByName(spaces.get(space)));
		return collection.sorted;
	}

	/** Stores a new object, or a new version of one. Gives it the next resourceVersion. */
	put(resource: Resource, object: KubeObject): Entry {
		const { namespace = "", name } = object.metadata;
		const version = ++this.version;
		const entry = entryOf(resource, object, version);
		const collection = this.#of(resource);
		let space = collection.spaces.get(namespace);
		if (space === undefined) {
			space = new Map();
			collection.spaces.set(namespace, space);
		}
		const before = space.get(name);
		space.set(name, entry);
		collection.sorted = undefined;
		this.#record(
			before === undefined
				? { type: "ADDED", version, entry }
				: { type: "MODIFIED", version, entry, before },
		);
		return entry;
	}

	/** Removes an object at once, whatever its finalizers say. */
	remove(before: Entry): Entry {
		const { resource, object } = before;
		const { namespace = "", name } = object.metadata;
		const version = ++this.version;
		const collection = this.#of(resource);
		collection.spaces.get(namespace)?.delete(name);
		collection.sorted = undefined;
		const entry = entryOf(resource, object, version);
		this.#record({ type: "DELETED", version, entry, before });
		return entry;
	}

	/** Stores a copy of `draft` as it is (no validation); what a new object must have is filled in. */
	seed(draft: Draft & { kind: string }): KubeObject {
		const resource = resourceOfKind(draft.kind);
		const copy = structuredClone(draft);
		const object = normalise(resource, {
			...copy,
			metadata: {
				uid: randomUUID(),
				creationTimestamp: this.timestamp(),
				...(resource.namespaced ? { namespace: "default" } : {}),
				...copy.metadata,
			},
		});
		return this.put(resource, object).object;
	}

	/** An object as it is now, e.g. `get("Secret", "app", "key")`; `namespace` is "" for a Namespace. */
	get(kind: string, namespace: string, name: string): KubeObject | undefined {
		return this.entry(resourceOfKind(kind), namespace, name)?.object;
	}

	/** All objects of a kind, by namespace and name. */
	all(kind: string, namespace = ""): KubeObject[] {
		return this.list(resourceOfKind(kind), namespace).map(
			(entry) => entry.object,
		);
	}

	/** Deletes an object at once; false when there was none. */
	delete(kind: string, namespace: string, name: string): boolean {
		const entry = this.entry(resourceOfKind(kind), namespace, name);
		if (entry !== undefined) this.remove(entry);
		return entry !== undefined;
	}

	/** Forgets all changes up to now, as etcd's compaction does: older watches and pages answer 410. */
	compact(): void {
		this.forgotten = this.version;
		this.#changes = [];
		this.#snapshots.clear();
	}

	/** The changes after a version, oldest first; undefined where some of them are forgotten. */
	since(version: number): Change[] | undefined {
		if (version < this.forgotten) return undefined;
		// Every write makes one change and one version, so versions have no gaps.
		return this.#changes.slice(version - this.forgotten);
	}

	/** Calls `listener` at each later change. Returns what ends that. */
	subscribe(listener: (change: Change) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Keeps a list as it is at the current version, for the pages after the first. */
	keepSnapshot(resource: Resource): void {
		this.#snapshots.set(
			`${resource.plural}@${this.version}`,
			this.list(resource),
		);
		const [oldest] = this.#snapshots.keys();
		if (this.#snapshots.size > 16 && oldest !== undefined)
			this.#snapshots.delete(oldest);
	}

	/** A list as it was at a version for which it was kept; undefined once that is forgotten. */
	snapshot(resource: Resource, version: number, namespace = "") {
		const entries = this.#snapshots.get(`${resource.plural}@${version}`);
		return namespace === "" || entries === undefined
			? entries
			: within(entries, `${namespace}/`);
	}

	/** Now, as objects carry it. */
	timestamp(): string {
		return this.now()
			.toISOString()
			.replace(/\.\d+Z$/, "Z");
	}

	#of(resource: Resource): Collection {
		const collection = this.#collections.get(resource);
		if (collection === undefined) throw new Error("an unknown resource");
		return collection;
	}

	#record(change: Change): void {
		this.#changes.push(change);
		if (this.#changes.length > 2 * this.history) {
			this.#changes = this.#changes.slice(-this.history);
			this.forgotten = this.version - this.#changes.length;
		}
		this.#untold.push(change);
		if (this.#untold.length > 1) return;
		// A listener may write; every listener still hears of changes in their order.
		for (let next = change; ; next = this.#untold[0] as Change) {
			for (const listener of this.#listeners) listener(next);
			this.#untold.shift();
			if (this.#untold.length === 0) return;
		}
	}
}

function sortedByName(space: ReadonlyMap<string, Entry> = new Map()): Entry[] {
	return [...space.values()].sort((a, b) =>
		a.object.metadata.name < b.object.metadata.name ? -1 : 1,
	);
}
