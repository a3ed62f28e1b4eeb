import type { KubeObject, Metadata } from "./objects.ts";
import type { Resource } from "./resources.ts";

/** A version of an object. Never changed: a write stores a new one. */
export interface Entry {
	readonly resource: Resource;
	readonly object: KubeObject;
	/** The object as JSON, without `kind` and `apiVersion`, as items of a list have it. */
	readonly json: string;
}

/** Where an entry stands in lists. */
export function keyOfEntry({ object: { metadata } }: Entry): string {
	return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** An entry of an object that is written at a version. */
export function entryOf(
	resource: Resource,
	object: KubeObject,
	version: number,
): Entry {
	const { name, generateName, namespace, uid, ...rest } = object.metadata;
	// Written out, so that the version has its place in the JSON whether or not it is the first.
	const metadata: Metadata = {
		name,
		...(generateName === undefined ? {} : { generateName }),
		...(namespace === undefined ? {} : { namespace }),
		uid,
		resourceVersion: "",
		...rest,
	};
	metadata.resourceVersion = String(version);
	const stored = { ...object, metadata };
	return { resource, object: stored, json: JSON.stringify(stored) };
}

/** The run of entries whose keys begin with `prefix`, by bisection. */
export function within(
	entries: readonly Entry[],
	prefix: string,
): readonly Entry[] {
	const start = firstNotBefore(entries, prefix);
	let end = start;
	while (
		end < entries.length &&
		keyOfEntry(entries[end] as Entry).startsWith(prefix)
	)
		end++;
	return entries.slice(start, end);
}

/** The index of the first entry whose key is not before `key`. */
export function firstNotBefore(entries: readonly Entry[], key: string): number {
	let low = 0;
	let high = entries.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (keyOfEntry(entries[middle] as Entry) < key) low = middle + 1;
		else high = middle;
	}
	return low;
}
