import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./node.ts";
import { skipJson } from "./split.ts";

/**
 * The object in a JSON document. `text` has passed JSON.parse, so this only
 * finds places; what nobody asks for is skipped, not read.
 */
export function parseJsonManifest(text: string): Node {
	return nodeAt(text, skipSpace(text, 0));
}

function nodeAt(text: string, start: number): Node {
	switch (text[start]) {
		case "{":
			return new JsonMap(text, start);
		case "[":
			return new JsonList(text, start);
		default:
			return new JsonScalar(text, start);
	}
}

class JsonMap implements MapNode {
	readonly type = "map";
	readonly flow = true;
	readonly merged: readonly MapNode[] = [];
	readonly end: number;
	#entries: Entry[] | undefined;
	constructor(
		readonly text: string,
		readonly start: number,
	) {
		this.end = skipJson(text, start);
	}

	get entries(): readonly Entry[] {
		this.#entries ??= elements(this.text, this.start, (start) => {
			const keyEnd = skipJson(this.text, start);
			const colon = skipSpace(this.text, keyEnd);
			const value = nodeAt(this.text, skipSpace(this.text, colon + 1));
			const key = String(JSON.parse(this.text.slice(start, keyEnd)));
			return [{ key, start, keyEnd, value }, value.end];
		});
		return this.#entries;
	}
}

class JsonList implements ListNode {
	readonly type = "list";
	readonly flow = true;
	readonly end: number;
	#items: Node[] | undefined;
	constructor(
		readonly text: string,
		readonly start: number,
	) {
		this.end = skipJson(text, start);
	}

	get items(): readonly Node[] {
		this.#items ??= elements(this.text, this.start, (start) => {
			const node = nodeAt(this.text, start);
			return [node, node.end];
		});
		return this.#items;
	}
}

class JsonScalar implements ScalarNode {
	readonly type = "scalar";
	readonly end: number;
	constructor(
		readonly text: string,
		readonly start: number,
	) {
		const source = text.slice(start, skipJson(text, start));
		this.end = start + source.trimEnd().length;
	}

	get value(): unknown {
		return JSON.parse(this.text.slice(this.start, this.end));
	}
}

/** What `read` makes of each element behind the bracket at `open`; it returns where the element ends, too. */
function elements<T>(
	text: string,
	open: number,
	read: (start: number) => readonly [T, number],
): T[] {
	const found: T[] = [];
	let at = skipSpace(text, open + 1);
	while (text[at] !== "}" && text[at] !== "]") {
		const [element, end] = read(at);
		found.push(element);
		at = skipSpace(text, end);
		if (text[at] === ",") at = skipSpace(text, at + 1);
	}
	return found;
}

/** The offset of the first character that is not space; a byte order mark counts as space. */
function skipSpace(text: string, from: number): number {
	let at = from;
	while (" \t\r\n\uFEFF".includes(text[at] ?? "x")) at++;
	return at;
}
