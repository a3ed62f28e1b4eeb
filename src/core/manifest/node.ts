import type { CommandFailure } from "../output/failure.ts";
import type { ManifestPlace } from "../output/input-failure.ts";

/**
 * A parsed document as the edits need it: what is where. Offsets count UTF-16
 * units in the document's text; `end` is exclusive. YAML and JSON both become
 * this, children only when they are asked for.
 */
export type Node = MapNode | ListNode | ScalarNode;

/** A piece of a text, by offsets: from `start` to before `end`. */
export interface Place {
	readonly start: number;
	readonly end: number;
}

/** Where a node of YAML or JSON stands. */
export interface NodePlace extends Place {
	/** Where a YAML alias (`*name`) stands for this node; the node is where its anchor is. */
	readonly alias?: Place;
}

/**
 * `flow`: written with braces or brackets, as all of JSON is. `start` is where the
 * first key's `? ` is, where that one is explicit.
 */
export interface MapNode extends NodePlace {
	readonly type: "map";
	readonly flow: boolean;
	readonly entries: readonly Entry[];
}

/** A sequence; `flow`: in brackets. */
export interface ListNode extends NodePlace {
	readonly type: "list";
	readonly flow: boolean;
	readonly items: readonly Node[];
}

/** A string, number, boolean or null; an absent value is null with no width. */
export interface ScalarNode extends NodePlace {
	readonly type: "scalar";
	readonly value: unknown;
	/** It is written in base64, as `!!binary`. */
	readonly encoded?: boolean;
}

/** One key of a map with its value. Offsets in the document. */
export interface Entry {
	readonly key: string;
	/** Of the key itself, without anchors, tags or `? ` before it. */
	readonly start: number;
	readonly keyEnd: number;
	readonly value: Node;
	/** YAML's merge key (`<<`): the value's entries count as if they stood here. */
	readonly merges: boolean;
}

/** A map whose entries are made when they are first asked for. */
export function lazyMap(
	at: NodePlace,
	flow: boolean,
	make: () => readonly Entry[],
): MapNode {
	let entries: readonly Entry[] | undefined;
	return {
		type: "map",
		flow,
		...at,
		get entries() {
			entries ??= make();
			return entries;
		},
	};
}

/** The same of a list. */
export function lazyList(
	at: NodePlace,
	flow: boolean,
	make: () => readonly Node[],
): ListNode {
	let items: readonly Node[] | undefined;
	return {
		type: "list",
		flow,
		...at,
		get items() {
			items ??= make();
			return items;
		},
	};
}

/** A document, and what is odd in it although it can be read. */
export interface Reading {
	/** undefined where there is only space and comments. */
	readonly root: Node | undefined;
	/** Keys that a mapping has already had, in order. */
	readonly repeated: readonly RepeatedKey[];
}

/** A key that its map has already had, and where it stands again. */
export interface RepeatedKey {
	readonly key: string;
	readonly offset: number;
}

/** What keeps a document from being worked with; it never quotes it, as it may be a Secret. */
export class Misfit extends Error {
	constructor(
		readonly failureAt: (at: ManifestPlace) => CommandFailure,
		readonly offset = 0,
	) {
		super();
	}
}

/** A place that is written too unusually to be edited without touching its surroundings. */
export function cannotEdit(because: string, offset: number): Misfit {
	return new Misfit(
		(at) => ({ cause: "manifest-uneditable", at, because }),
		offset,
	);
}

/** There is more in a document than fits in memory. */
export function tooLarge(): Misfit {
	return new Misfit((at) => ({ cause: "manifest-too-large", at }));
}

/** Each word and sign of a document, of YAML or JSON, takes some 300 bytes once it is parsed. */
export const MOST_TOKENS = 10_000_000;

/**
 * The entry that counts: as kubectl reads it, the last of that key, where what is
 * merged counts at its own place, and of several maps merged at once the first.
 */
export function entryOf(
	node: Node | undefined,
	key: string,
): Entry | undefined {
	if (node?.type !== "map") return undefined;
	for (let at = node.entries.length - 1; at >= 0; at--) {
		const entry = node.entries[at];
		if (entry === undefined) continue;
		if (!entry.merges) {
			if (entry.key === key) return entry;
			continue;
		}
		for (const merged of mergedBy(entry)) {
			const found = entryOf(merged, key);
			if (found !== undefined) return found;
		}
	}
	return undefined;
}

/** Every map that is merged into this one, however deep. */
export function mergedMaps(node: MapNode): readonly MapNode[] {
	return node.entries
		.filter(({ merges }) => merges)
		.flatMap(mergedBy)
		.flatMap((merged) => [merged, ...mergedMaps(merged)]);
}

function mergedBy({ value }: Entry): MapNode[] {
	return (value.type === "list" ? value.items : [value]).filter(
		(node) => node.type === "map",
	);
}

/** The value at a path of keys, or undefined. */
export function valueAt(
	node: Node | undefined,
	...path: readonly string[]
): Node | undefined {
	return path.reduce((at, key) => entryOf(at, key)?.value, node);
}

/** The string at a path of keys, or undefined where there is none or something else. */
export function stringAt(
	node: Node | undefined,
	...path: readonly string[]
): string | undefined {
	const value = valueAt(node, ...path);
	return value?.type === "scalar" && typeof value.value === "string"
		? value.value
		: undefined;
}

/** The items of the list at a path of keys; none where there is no list. */
export function itemsAt(
	node: Node | undefined,
	...path: readonly string[]
): readonly Node[] {
	const value = valueAt(node, ...path);
	return value?.type === "list" ? value.items : [];
}
