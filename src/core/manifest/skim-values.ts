import type { Entry, Node, ScalarNode } from "./node.ts";

/**
 * The value in `text` from `start` to `end`, the end of its line: a scalar or a
 * flat flow collection, perhaps with a comment behind it. `empty` where there is
 * at most a comment, undefined for what only the library can read. Block scalars
 * are not values of one line: see blockScalarEnd.
 */
export function inlineValue(
	text: string,
	start: number,
	end: number,
): Node | "empty" | undefined {
	const source = text.slice(start, end);
	if (source === "" || source.startsWith("#")) return "empty";
	switch (source[0]) {
		case '"':
			return doubleQuoted(source, start);
		case "'":
			return singleQuoted(source, start);
		case "{":
		case "[":
			return flatFlow(source, start);
		default:
			return plain(source, start);
	}
}

/** What may stand behind a value on its line. */
const TAIL = "(?: +#.*| *)$";
const DOUBLE = new RegExp(`^"((?:[^"\\\\]|\\\\.)*)"${TAIL}`);
const SINGLE = new RegExp(`^'((?:[^']|'')*)'${TAIL}`);

function doubleQuoted(source: string, start: number): ScalarNode | undefined {
	const inner = DOUBLE.exec(source)?.[1];
	if (inner === undefined) return undefined;
	const place = { start, end: start + inner.length + 2 };
	if (!inner.includes("\\")) return { type: "scalar", value: inner, ...place };
	try {
		// JSON's escapes mean the same in YAML, which has more.
		const value: unknown = JSON.parse(`"${inner}"`);
		return { type: "scalar", value, ...place };
	} catch {
		return undefined;
	}
}

function singleQuoted(source: string, start: number): ScalarNode | undefined {
	const inner = SINGLE.exec(source)?.[1];
	if (inner === undefined) return undefined;
	return {
		type: "scalar",
		value: inner.replaceAll("''", "'"),
		start,
		end: start + inner.length + 2,
	};
}

const PLAIN_START = /^(?:[\w./$(<=+^~;\\]|[-:?](?=[^ ])|[^\0-\x7f])/;

function plain(source: string, start: number): ScalarNode | undefined {
	if (!PLAIN_START.test(source)) return undefined;
	const comment = source.search(/ +#/);
	const words = comment < 0 ? source : source.slice(0, comment);
	if (words.includes(": ") || words.endsWith(":")) return undefined;
	return {
		type: "scalar",
		value: plainValue(words),
		start,
		end: start + words.length,
	};
}

/** By YAML 1.2's core schema; a number is only known to be one. */
function plainValue(words: string): unknown {
	if (/^(?:~|null|Null|NULL)$/.test(words)) return null;
	if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(words))
		return words.toLowerCase() === "true";
	const number =
		/^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
	return number.test(words) ? Number.NaN : words;
}

const FLOW_KEY = /(?:([\w/][\w./-]*)(?=: )|"([^"\\]*)"|'([^']*)'): */y;
const FLOW_SCALAR =
	/(?:"([^"\\]*)"|'([^']*)'|((?:[\w./]|-(?=\w))[\w./@-]*(?::[\w./@-]+)*))(?= *[,\]}])/y;
const FLOW_NEXT = / *, */y;
const FLOW_END = new RegExp(`[\\]}]${TAIL}`, "y");

/** A flow collection on one line with nothing but scalars in it. */
function flatFlow(source: string, start: number): Node | undefined {
	const isMap = source[0] === "{";
	const entries: Entry[] = [];
	const items: Node[] = [];
	let at = 1;
	const take = (token: RegExp): RegExpExecArray | null => {
		token.lastIndex = at;
		const found = token.exec(source);
		if (found !== null) at = token.lastIndex;
		return found;
	};
	take(/ */y);
	const close = isMap ? "}" : "]";
	while (source[at] !== close || entries.length + items.length > 0) {
		const keyAt = at;
		const key = isMap ? take(FLOW_KEY) : undefined;
		if (key === null) return undefined;
		const valueAt = at;
		const scalar = take(FLOW_SCALAR);
		if (scalar === null) return undefined;
		const value: ScalarNode = {
			type: "scalar",
			value: scalar[1] ?? scalar[2] ?? plainValue(scalar[3] ?? ""),
			start: start + valueAt,
			end: start + at,
		};
		if (key === undefined) items.push(value);
		else {
			const name = key[1] ?? key[2] ?? key[3] ?? "";
			if (entries.some((entry) => entry.key === name)) return undefined;
			const width = key[0].trimEnd().length - 1;
			entries.push({
				key: name,
				start: start + keyAt,
				keyEnd: start + keyAt + width,
				value,
			});
		}
		if (take(FLOW_NEXT) === null) break;
	}
	take(/ */y);
	if (source[at] !== close) return undefined;
	const end = start + at + 1;
	if (take(FLOW_END) === null) return undefined;
	return isMap
		? { type: "map", flow: true, entries, merged: [], start, end }
		: { type: "list", flow: true, items, start, end };
}

/** The head of a block scalar, without an indentation indicator. */
export const BLOCK_SCALAR = new RegExp(`^[|>][-+]?${TAIL}`);

/**
 * The offset of the line behind a block scalar whose content begins at `from`,
 * and of its last character that is not space (`from` where it is empty).
 * Undefined where its lines are indented in a way that only the library can judge.
 */
export function blockScalarEnd(
	text: string,
	from: number,
	parentColumn: number,
): { next: number; end: number } | undefined {
	const line = /( *)([^\n]*)(?:\n|$)/y;
	let column = -1;
	let blank = 0;
	let next = from;
	let end = from;
	while (next < text.length) {
		line.lastIndex = next;
		const [whole = "", spaces = "", rest = ""] = line.exec(text) ?? [];
		if (rest === "" || rest === "\r") {
			if (column < 0) blank = Math.max(blank, spaces.length);
		} else {
			if (spaces.length <= parentColumn) break;
			if (column < 0) column = spaces.length;
			if (spaces.length < column || blank > column) return undefined;
			end = contentEnd(text, next + spaces.length + rest.length);
		}
		next += whole.length;
	}
	return { next, end };
}

/** The offset behind the last character of a line, without spaces and line end; `end` is its newline's, or the text's. */
export function contentEnd(text: string, end: number): number {
	let at = end;
	// A carriage return without a newline is no line end.
	if (text[at] === "\n" && text[at - 1] === "\r") at--;
	while (text[at - 1] === " ") at--;
	return at;
}
