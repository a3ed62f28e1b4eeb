import {
	beforeSpace,
	type Edit,
	insertAt,
	lineStart,
	placeOf,
	yamlWord,
} from "./edit.ts";
import type { Entry, ListNode, MapNode } from "./node.ts";

/**
 * Edits between braces and brackets: all of JSON, and YAML's flow style. What is
 * added is written as its neighbours are: on one line or indented by as much,
 * with quoted keys or without, with or without spaces.
 */
interface Style {
	/** Keys and values in double quotes, as JSON needs them. */
	readonly quoted: boolean;
	/** After a colon or comma on the same line. */
	readonly space: string;
}

/** Anchors and tags are shorter. */
const LONGEST_PREFIX = 1000;

/** The edit that puts `key`, a list of `{name}` objects, before an entry of a map; into an empty one without. */
export function addToFlowMap(
	text: string,
	map: MapNode,
	key: string,
	names: readonly string[],
	next: Entry | undefined,
): Edit {
	const style = styleOf(text, map);
	const head = `${style.quoted ? JSON.stringify(key) : key}:${style.space}`;
	if (next === undefined)
		return insertAt(map.start + 1, head + listOf(names, style));
	const at = flowEntryStart(text, map, next);
	const indent = lineIndent(text, at);
	if (indent === undefined)
		return insertAt(at, `${head}${listOf(names, style)},${style.space}`);
	const line = `\n${indent}`;
	const list = style.quoted
		? listOf(names, style, line, unit(text, map, indent))
		: listOf(names, style);
	return insertAt(at, `${head}${list},${line}`);
}

/** Where an entry begins, with its `? `, anchors and tags. */
function flowEntryStart(text: string, map: MapNode, entry: Entry): number {
	const before = text.slice(map.start + 1, entry.start);
	const own = /(?:\?\s+)?(?:[&!]\S*\s+)*$/.exec(before.slice(-LONGEST_PREFIX));
	return entry.start - (own?.[0].length ?? 0);
}

/** The edit that puts `{name}` objects behind the last of a list. */
export function addToFlowList(
	text: string,
	list: ListNode,
	names: readonly string[],
): Edit {
	const last = list.items.at(-1);
	if (last === undefined)
		return insertAt(
			list.start + 1,
			objects(names, styleOfText(text)).join(", "),
		);
	const style = last.type === "map" ? styleOf(text, last) : styleOfText(text);
	const { start, end } = placeOf(last);
	const indent = lineIndent(text, start);
	const [field] = last.type === "map" ? last.entries : [];
	const inner = field && lineIndent(text, field.start);
	const next = indent === undefined ? style.space : `\n${indent}`;
	const written =
		indent === undefined || inner === undefined
			? objects(names, style)
			: objects(names, style, next, inner.slice(indent.length));
	return insertAt(end, written.map((object) => `,${next}${object}`).join(""));
}

/** A list of `{name}` objects on one line, in the style of a map. */
export function flowList(
	text: string,
	map: MapNode,
	names: readonly string[],
): string {
	return listOf(names, styleOf(text, map));
}

function styleOf(text: string, map: MapNode): Style {
	const [first] = map.entries;
	if (first === undefined) return styleOfText(text);
	const quoted = text[first.start] === '"';
	const tight = quoted && /\S/.test(text[colonAfter(text, first.keyEnd)] ?? "");
	return { quoted, space: tight ? "" : " " };
}

/** For a place with nothing beside it: as the whole document begins, if that is JSON. */
function styleOfText(text: string): Style {
	const begins = /^[\s\uFEFF]*\{\s*"[^"]*"\s*:(\s?)/.exec(text);
	return { quoted: begins !== null, space: begins?.[1] === "" ? "" : " " };
}

function colonAfter(text: string, at: number): number {
	const colon = text.indexOf(":", at);
	return colon < 0 ? at : colon + 1;
}

/** On one line; or in lines that begin with `next`, what is inside by `step` further in. */
function listOf(
	names: readonly string[],
	style: Style,
	next?: string,
	step = "",
): string {
	if (next === undefined)
		return `[${objects(names, style).join(`,${style.space}`)}]`;
	const inner = next + step;
	return `[${inner}${objects(names, style, inner, step).join(`,${inner}`)}${next}]`;
}

function objects(
	names: readonly string[],
	style: Style,
	next = "",
	step = "",
): string[] {
	return names.map((name) => `{${next}${step}${field(name, style)}${next}}`);
}

function field(name: string, { quoted, space }: Style): string {
	return quoted
		? `"name":${space}${JSON.stringify(name)}`
		: `name: ${yamlWord(name)}`;
}

/**
 * The white space that a line begins with, where `at` is the first on a line of its own. No further back is
 * looked: a list of ten thousand objects may be one line.
 */
function lineIndent(text: string, at: number): string | undefined {
	const space = text.slice(beforeSpace(text, at), at);
	const line = space.lastIndexOf("\n") + 1;
	return line > 0 ? space.slice(line) : undefined;
}

/** By how much the entries of a map are further in than the line it begins on. */
function unit(text: string, map: MapNode, indent: string): string {
	const line = lineStart(text, map.start);
	const outer = /^\s*/.exec(text.slice(line, map.start))?.[0] ?? "";
	return indent.length > outer.length && indent.startsWith(outer)
		? indent.slice(outer.length)
		: "  ";
}
