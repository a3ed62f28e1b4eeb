/**
 * A parsed document as the edits need it: what is where. Offsets count UTF-16
 * units in the document's text; `end` is exclusive. YAML and JSON both become
 * this, children only when they are asked for.
 */
export type Node = MapNode | ListNode | ScalarNode;

interface Place {
	readonly start: number;
	readonly end: number;
}

interface NodePlace extends Place {
	/** Where a YAML alias (`*name`) stands for this node; the node is where its anchor is. */
	readonly alias?: Place;
}

/** `flow`: written with braces or brackets, as all of JSON is. */
export interface MapNode extends NodePlace {
	readonly type: "map";
	readonly flow: boolean;
	readonly entries: readonly Entry[];
	/** What YAML's merge key (`<<`) brings in, nearest first; none in JSON. */
	readonly merged: readonly MapNode[];
}

export interface ListNode extends NodePlace {
	readonly type: "list";
	readonly flow: boolean;
	readonly items: readonly Node[];
}

/** A string, number, boolean or null; an absent value is null with no width. */
export interface ScalarNode extends NodePlace {
	readonly type: "scalar";
	readonly value: unknown;
}

export interface Entry {
	readonly key: string;
	/** Of the key itself, without anchors, tags or `? ` before it. */
	readonly start: number;
	readonly keyEnd: number;
	readonly value: Node;
}

/** The entry of a map's own, or else of what is merged into it. */
export function entryOf(
	node: Node | undefined,
	key: string,
): Entry | undefined {
	if (node?.type !== "map") return undefined;
	for (const entry of node.entries) if (entry.key === key) return entry;
	for (const merged of node.merged) {
		const entry = entryOf(merged, key);
		if (entry !== undefined) return entry;
	}
	return undefined;
}

/** The value at a path of keys, or undefined. */
export function valueAt(
	node: Node | undefined,
	...path: string[]
): Node | undefined {
	return path.reduce((at, key) => entryOf(at, key)?.value, node);
}

/** The string at a path of keys, or undefined where there is none or something else. */
export function stringAt(
	node: Node | undefined,
	...path: string[]
): string | undefined {
	const value = valueAt(node, ...path);
	return value?.type === "scalar" && typeof value.value === "string"
		? value.value
		: undefined;
}

/** The items of the list at a path of keys; none where there is no list. */
export function itemsAt(
	node: Node | undefined,
	...path: string[]
): readonly Node[] {
	const value = valueAt(node, ...path);
	return value?.type === "list" ? value.items : [];
}
