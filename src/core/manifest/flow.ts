import {
	type Edit,
	eolOf,
	insertAt,
	lineStart,
	placeOf,
	yamlWord,
} from "./edit.ts";
import type { ListNode, MapNode } from "./node.ts";

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

/** The edit that makes `key`, a list of `{name}` objects, the first entry of a map. */
export function addToFlowMap(
	text: string,
	map: MapNode,
	key: string,
	names: readonly string[],
): Edit {
	const style = styleOf(text, map);
	const [first] = map.entries;
	const head = `${style.quoted ? JSON.stringify(key) : key}:${style.space}`;
	if (first === undefined)
		return insertAt(map.start + 1, head + oneLine(names, style));
	const indent = lineIndent(text, map.start, first.start);
	if (indent === undefined)
		return insertAt(
			first.start,
			`${head}${oneLine(names, style)},${style.space}`,
		);
	const list = style.quoted
		? manyLines(names, style, newLine(text, indent), unit(text, map, indent))
		: oneLine(names, style);
	return insertAt(first.start, `${head}${list},${newLine(text, indent)}`);
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
	const indent = lineIndent(text, list.start, start);
	if (indent === undefined)
		return insertAt(
			end,
			objects(names, style)
				.map((object) => `,${style.space}${object}`)
				.join(""),
		);
	const [field] = last.type === "map" ? last.entries : [];
	const inner = field && lineIndent(text, start, field.start);
	const next = newLine(text, indent);
	const written =
		inner === undefined
			? objects(names, style)
			: expanded(names, style, next, inner.slice(indent.length));
	return insertAt(end, written.map((object) => `,${next}${object}`).join(""));
}

/** A list of `{name}` objects on one line, in the style of a map. */
export function flowList(
	text: string,
	map: MapNode,
	names: readonly string[],
): string {
	return oneLine(names, styleOf(text, map));
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

function oneLine(names: readonly string[], style: Style): string {
	return `[${objects(names, style).join(`,${style.space}`)}]`;
}

function objects(names: readonly string[], style: Style): string[] {
	return names.map((name) => `{${field(name, style)}}`);
}

function field(name: string, { quoted, space }: Style): string {
	return quoted
		? `"name":${space}${JSON.stringify(name)}`
		: `name: ${yamlWord(name)}`;
}

function manyLines(
	names: readonly string[],
	style: Style,
	next: string,
	step: string,
): string {
	const list = expanded(names, style, next + step, step);
	return `[${next}${step}${list.join(`,${next}${step}`)}${next}]`;
}

function expanded(
	names: readonly string[],
	style: Style,
	next: string,
	step: string,
): string[] {
	return names.map((name) => `{${next}${step}${field(name, style)}${next}}`);
}

/** The white space that a line begins with, where `at` is the first on a line of its own behind `open`. */
function lineIndent(
	text: string,
	open: number,
	at: number,
): string | undefined {
	const line = lineStart(text, at);
	const before = text.slice(line, at);
	return line > open && before.trim() === "" ? before : undefined;
}

/** By how much the entries of a map are further in than the line it begins on. */
function unit(text: string, map: MapNode, indent: string): string {
	const line = lineStart(text, map.start);
	const outer = /^\s*/.exec(text.slice(line, map.start))?.[0] ?? "";
	return indent.length > outer.length && indent.startsWith(outer)
		? indent.slice(outer.length)
		: "  ";
}

function newLine(text: string, indent: string): string {
	return eolOf(text) + indent;
}
