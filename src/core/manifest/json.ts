import { createScanner, parseTree, type Node as TreeNode } from "jsonc-parser";
import {
	type Entry,
	lazyList,
	lazyMap,
	MOST_TOKENS,
	type Node,
	type Reading,
	type RepeatedKey,
	tooLarge,
} from "./node.ts";

/** Reads the object in a JSON document; `text` has passed JSON.parse, so this only finds places. Throws Misfit. */
export function readJson(text: string): Reading {
	refuseTooLarge(text);
	const tree = parseTree(text);
	if (tree === undefined) return { root: undefined, repeated: [] };
	const repeated: RepeatedKey[] = [];
	findRepeated(tree, repeated);
	return { root: nodeOf(tree), repeated };
}

function refuseTooLarge(text: string): void {
	// Each token has a character.
	if (text.length <= MOST_TOKENS) return;
	const scanner = createScanner(text, true);
	for (let tokens = 0; ; ) {
		scanner.scan();
		if (scanner.getTokenLength() === 0) return;
		if (++tokens > MOST_TOKENS) throw tooLarge();
	}
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
	const { type, value, children = [] } = tree;
	const at = { start: tree.offset, end: tree.offset + tree.length };
	switch (type) {
		case "object":
			return lazyMap(at, true, () => children.flatMap(entryOf));
		case "array":
			return lazyList(at, true, () => children.map(nodeOf));
		default:
			return { type: "scalar", value, ...at };
	}
}

function entryOf({ children = [] }: TreeNode): Entry[] {
	const [key, value] = children;
	if (key === undefined || value === undefined) return [];
	return [
		{
			key: String(key.value),
			start: key.offset,
			keyEnd: key.offset + key.length,
			value: nodeOf(value),
			merges: false,
		},
	];
}
