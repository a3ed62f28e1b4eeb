import {
	beforeSpace,
	type Edit,
	entryLine,
	insertAt,
	isExplicit,
	lineEnd,
	lineOf,
	lineStart,
	placeOf,
	yamlWord,
} from "./edit.ts";
import { cannotEdit, type Entry, type ListNode, type MapNode } from "./node.ts";

export const PULL_SECRETS = "imagePullSecrets";

/**
 * The edit that gives a map an entry `imagePullSecrets` with these names, before `next`, laid out as what is there.
 * `comments` go above it. Throws Misfit.
 */
export function addPullSecrets(
	text: string,
	podSpec: MapNode,
	names: readonly string[],
	comments: readonly string[],
	next: Entry | undefined,
): Edit {
	if (podSpec.flow) return addToFlowMap(text, podSpec, names, next);
	if (next === undefined) throw cannotEdit("an empty mapping", podSpec.start);
	const { start, indent } = entryLine(text, podSpec, next);
	const dash = " ".repeat(listIndent(text, podSpec));
	const lines = [
		...comments,
		`${PULL_SECRETS}:`,
		...names.map((name) => `${dash}- name: ${yamlWord(name)}`),
	];
	return insertAt(start, lines.map((line) => `${line}\n${indent}`).join(""));
}

/** The edit that puts these names behind the last of a list, behind `comments`. Throws Misfit. */
export function appendPullSecrets(
	text: string,
	list: ListNode,
	names: readonly string[],
	comments: readonly string[],
): Edit {
	if (list.flow) return addToFlowList(text, list, names);
	const last = list.items.at(-1);
	const { indent } = lineOf(text, list.start);
	const end = last === undefined ? list.start + 1 : placeOf(last).end;
	const at = lineEnd(text, beforeSpace(text, end));
	return insertAt(at, itemLines(indent, names, comments));
}

/** The edit that gives an entry without a value (or with null) these names. Throws Misfit. */
export function fillPullSecrets(
	text: string,
	podSpec: MapNode,
	entry: Entry,
	names: readonly string[],
	comments: readonly string[],
): Edit {
	const { start, end } = placeOf(entry.value);
	// An alias for null, or null itself, spelt out.
	if (start < end)
		return { start, end, text: listOf(names, styleOf(text, podSpec)) };
	const colon = /^\s*:/.exec(text.slice(entry.keyEnd, entry.keyEnd + 64));
	if (colon === null) throw cannotEdit("a key without a value", entry.start);
	const at = entry.keyEnd + colon[0].length;
	if (podSpec.flow) {
		if (/^\s*[&!]/.test(text.slice(at, at + 64)))
			throw cannotEdit("an anchor or a tag without a value", entry.start);
		// kubectl's parser takes such a colon for a part of the key.
		if (!/["']/.test(text[entry.start] ?? "") && /[,}]/.test(text[at] ?? ""))
			throw cannotEdit("a colon without a space behind it", entry.start);
		return insertAt(at, ` ${listOf(names, styleOf(text, podSpec))}`);
	}
	const explicit = isExplicit(text, entry);
	const { indent } = explicit
		? lineOf(text, at - 1)
		: entryLine(text, podSpec, entry);
	const further = explicit ? 2 : listIndent(text, podSpec);
	const dash = indent + " ".repeat(further);
	return insertAt(lineEnd(text, at), itemLines(dash, names, comments));
}

/** Lines behind the end of another. */
function itemLines(
	indent: string,
	names: readonly string[],
	comments: readonly string[],
): string {
	return [...comments, ...names.map((name) => `- name: ${yamlWord(name)}`)]
		.map((line) => `\n${indent}${line}`)
		.join("");
}

/** How far the dashes of lists are to the right of their keys here: 0 or, mostly, 2. */
function listIndent(text: string, map: MapNode): number {
	for (const { start, value } of map.entries) {
		if (value.type !== "list" || value.flow || value.alias) continue;
		const line = lineStart(text, value.start);
		if (text.slice(line, value.start).trim() === "")
			return Math.max(0, value.start - line - (start - lineStart(text, start)));
	}
	return 0;
}

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

/** The same between braces, before an entry; into an empty map without. */
function addToFlowMap(
	text: string,
	map: MapNode,
	names: readonly string[],
	next: Entry | undefined,
): Edit {
	const style = styleOf(text, map);
	const head = `${style.quoted ? JSON.stringify(PULL_SECRETS) : PULL_SECRETS}:${style.space}`;
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

/** The edit that puts `{name}` objects behind the last of a list in brackets. */
function addToFlowList(
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

function styleOf(text: string, map: MapNode): Style {
	const [first] = map.entries;
	if (first === undefined) return styleOfText(text);
	const quoted = text[first.start] === '"';
	const colon = text.indexOf(":", first.keyEnd);
	const behind = text[colon < 0 ? first.keyEnd : colon + 1] ?? "";
	const tight = quoted && /\S/.test(behind);
	return { quoted, space: tight ? "" : " " };
}

/** For a place with nothing beside it: as the whole document begins, if that is JSON. */
function styleOfText(text: string): Style {
	const begins = /^[\s\uFEFF]*\{\s*"[^"]*"\s*:(\s?)/.exec(text);
	return { quoted: begins !== null, space: begins?.[1] === "" ? "" : " " };
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
