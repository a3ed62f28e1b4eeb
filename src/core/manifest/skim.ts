import type { Entry, Node } from "./node.ts";
import {
	BLOCK_SCALAR,
	blockScalarEnd,
	contentEnd,
	inlineValue,
} from "./skim-values.ts";

/**
 * Reads YAML as kubectl, Helm and most people write it, line by line and many
 * times as fast as the library: block mappings and lists, values on one line,
 * `|` and `>`, comments. Undefined for anything else, a fault included: then the
 * library has to read the document. What this does return is what the library
 * would, which a property test holds it to.
 */
export function skimYaml(text: string): Node | undefined {
	return new Skimmer(text).read();
}

/** Indentation, a dash and what follows it up to the item, a key, and the rest of the line. */
const LINE =
	/( *)(?:-( +))?(?:((?:[\w/]|\.(?=\w))[\w./-]*|"[^"\\\n]*"|'[^'\n]*'):(?=[ \r\n]|$) *)?([^\n]*)(?:\n|$)/y;

/** Values that are read, and so must not be block scalars, whose text this does not put together. */
const READ_KEYS = new Set(["apiVersion", "image", "kind", "name", "namespace"]);

/** Longer keys need a `?`; no reason to find out where exactly. */
const LONGEST_KEY = 1000;

interface BlockMap {
	readonly type: "map";
	readonly flow: false;
	readonly start: number;
	end: number;
	readonly entries: WritableEntry[];
	readonly merged: [];
}
type WritableEntry = { -readonly [K in keyof Entry]: Entry[K] };
interface BlockList {
	readonly type: "list";
	readonly flow: false;
	readonly start: number;
	end: number;
	readonly items: Node[];
}

/** A collection that later lines may add to; its keys or dashes stand at `column`. */
interface OpenMap {
	readonly column: number;
	readonly node: BlockMap;
	readonly keys: Set<string>;
	/** The last entry has no value yet. */
	waiting: boolean;
}
type Open = OpenMap | { readonly column: number; readonly node: BlockList };

class Skimmer {
	readonly #open: Open[] = [];
	#root: BlockMap | undefined;
	/** Where the next line begins. */
	#next = 0;
	/** The end of the last value. */
	#end = 0;
	constructor(readonly text: string) {}

	read(): Node | undefined {
		while (this.#next < this.text.length) if (!this.#line()) return undefined;
		this.#close(-1, false);
		return this.#root;
	}

	/** One line, or a block scalar with its lines; false where the library has to read it all. */
	#line(): boolean {
		LINE.lastIndex = this.#next;
		const [whole = "", spaces = "", gap, key, rest = ""] =
			LINE.exec(this.text) ?? [];
		const start = this.#next;
		this.#next = start + whole.length;
		const after = this.#next - (whole.endsWith("\n") ? 1 : 0);
		const restAt = after - rest.length;
		const end = Math.max(restAt, contentEnd(this.text, after));
		if (/[\t\r]/.test(this.text.slice(start, end))) return false;
		const column = spaces.length;
		if (gap === undefined && key === undefined)
			return this.#bare(this.text.slice(restAt, end), column);
		const top = this.#close(column, gap !== undefined);
		const at = start + column;
		if (gap === undefined) {
			const map = this.#mapAt(column, top, at);
			return map !== undefined && this.#add(map, key ?? "", at, restAt, end);
		}
		const list = this.#listAt(column, top, at);
		if (list === undefined) return false;
		if (key !== undefined) {
			const inside = column + 1 + gap.length;
			const itemAt = start + inside;
			const map = this.#openMap(inside, itemAt);
			list.items.push(map.node);
			return this.#add(map, key, itemAt, restAt, end);
		}
		const value = this.#value(restAt, end, column);
		if (value === undefined || value === "empty") return false;
		list.items.push(value);
		return true;
	}

	/** A line without dash or key: nothing, a comment, or a marker around the document. */
	#bare(source: string, column: number): boolean {
		if (source === "" || source.startsWith("#")) return true;
		if (column > 0) return false;
		if (/^---(?: +#.*)?$/.test(source)) return this.#root === undefined;
		return (
			/^\.\.\.(?: +#.*)?$/.test(source) &&
			this.text.slice(this.#next).trim() === ""
		);
	}

	/** Closes what a line at this column is not in any more; returns what it may be in. */
	#close(column: number, dash: boolean): Open | undefined {
		for (;;) {
			const top = this.#open.at(-1);
			if (top === undefined) return undefined;
			const goesOn =
				top.column < column ||
				(top.column === column && (dash || top.node.type === "map"));
			if (goesOn) return top;
			top.node.end = this.#end;
			this.#open.pop();
		}
	}

	/** The map that a key at this column is in: one that is open, or a new one. */
	#mapAt(
		column: number,
		top: Open | undefined,
		at: number,
	): OpenMap | undefined {
		if (top === undefined) {
			if (this.#root !== undefined || column > 0) return undefined;
			const map = this.#openMap(column, at);
			this.#root = map.node;
			return map;
		}
		if (!isMap(top)) return undefined;
		if (top.column === column) return top;
		if (!top.waiting) return undefined;
		const map = this.#openMap(column, at);
		fill(top, map.node);
		return map;
	}

	/** The list that a dash at this column is in: one that is open, or a new one. */
	#listAt(
		column: number,
		top: Open | undefined,
		at: number,
	): BlockList | undefined {
		if (top === undefined) return undefined;
		if (!isMap(top)) return top.column === column ? top.node : undefined;
		if (!top.waiting) return undefined;
		const node: BlockList = {
			type: "list",
			flow: false,
			start: at,
			end: at,
			items: [],
		};
		fill(top, node);
		this.#open.push({ column, node });
		return node;
	}

	#openMap(column: number, start: number): OpenMap {
		const map: OpenMap = {
			column,
			node: {
				type: "map",
				flow: false,
				start,
				end: start,
				entries: [],
				merged: [],
			},
			keys: new Set(),
			waiting: false,
		};
		this.#open.push(map);
		return map;
	}

	#add(
		map: OpenMap,
		source: string,
		start: number,
		restAt: number,
		end: number,
	): boolean {
		const key = /^["']/.test(source) ? source.slice(1, -1) : source;
		if (map.keys.has(key) || source.length > LONGEST_KEY) return false;
		map.keys.add(key);
		const keyEnd = start + source.length;
		const value = this.#value(restAt, end, map.column, READ_KEYS.has(key));
		if (value === undefined) return false;
		map.waiting = value === "empty";
		if (value === "empty") this.#end = keyEnd + 1;
		map.node.entries.push({
			key,
			start,
			keyEnd,
			value:
				value === "empty"
					? { type: "scalar", value: null, start: keyEnd + 1, end: keyEnd + 1 }
					: value,
		});
		return true;
	}

	/** A value on this line, or a block scalar that begins on it and belongs to what is at `column`. */
	#value(
		start: number,
		end: number,
		column: number,
		isRead = false,
	): Node | "empty" | undefined {
		if (!BLOCK_SCALAR.test(this.text.slice(start, end))) {
			const value = inlineValue(this.text, start, end);
			if (value !== undefined && value !== "empty") this.#end = value.end;
			return value;
		}
		const block = blockScalarEnd(this.text, this.#next, column);
		if (block === undefined || isRead) return undefined;
		this.#next = block.next;
		this.#end = Math.max(end, block.end);
		return { type: "scalar", value: undefined, start, end: this.#end };
	}
}

function isMap(open: Open): open is OpenMap {
	return open.node.type === "map";
}

/** Gives the entry that waits for a value its collection. */
function fill(map: OpenMap, node: Node): void {
	const last = map.node.entries.at(-1);
	if (last !== undefined) last.value = node;
	map.waiting = false;
}
