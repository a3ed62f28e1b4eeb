import { parseTree, type Node as TreeNode } from "jsonc-parser";
import type {
	Entry,
	ListNode,
	MapNode,
	Node,
	Reading,
	RepeatedKey,
} from "./node.ts";

/** Reads the object in a JSON document; `text` has passed JSON.parse, so this only finds places. */
export function readJson(text: string): Reading {
	const tree = parseTree(text);
	if (tree === undefined) return { root: undefined, repeated: [] };
	const repeated: RepeatedKey[] = [];
	findRepeated(tree, repeated);
	return { root: nodeOf(tree), repeated };
}

function findRepeated(tree: TreeNode, found: RepeatedKey[]): void {
	const seen = new Set<string>();
	for (const child of tree.children ?? []) {
		if (tree.type === "object") {
			const key = child.children?.[0];
			const name = String(key?.value);
			if (seen.has(name))
				found.push({ key: name, offset: key?.offset ?? child.offset });
			seen.add(name);
		}
		if (child.children !== undefined) findRepeated(child, found);
	}
}

function nodeOf(tree: TreeNode): Node {
	const start = tree.offset;
	const end = start + tree.length;
	switch (tree.type) {
		case "object":
			return new JsonMap(tree, start, end);
		case "array":
			return new JsonList(tree, start, end);
		default:
			return { type: "scalar", value: tree.value, start, end };
	}
}

class JsonMap implements MapNode {
	readonly type = "map";
	readonly flow = true;
	#entries: Entry[] | undefined;
	constructor(
		readonly tree: TreeNode,
		readonly start: number,
		readonly end: number,
	) {}

	get entries(): readonly Entry[] {
		this.#entries ??= (this.tree.children ?? []).flatMap(({ children }) => {
			const [key, value] = children ?? [];
			if (key === undefined || value === undefined) return [];
			return {
				key: String(key.value),
				start: key.offset,
				keyEnd: key.offset + key.length,
				value: nodeOf(value),
				merges: false,
			};
		});
		return this.#entries;
	}
}

class JsonList implements ListNode {
	readonly type = "list";
	readonly flow = true;
	#items: Node[] | undefined;
	constructor(
		readonly tree: TreeNode,
		readonly start: number,
		readonly end: number,
	) {}

	get items(): readonly Node[] {
		this.#items ??= (this.tree.children ?? []).map(nodeOf);
		return this.#items;
	}
}
