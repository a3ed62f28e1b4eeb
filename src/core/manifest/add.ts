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
import { addToFlowList, addToFlowMap, flowList } from "./flow.ts";
import { cannotEdit, type Entry, type ListNode, type MapNode } from "./node.ts";

export const PULL_SECRETS = "imagePullSecrets";

/**
 * The edit that gives a map an entry `imagePullSecrets` with these names, before
 * `next`, laid out as what is there. `comments`
 * go above it. Throws Misfit.
 */
export function addPullSecrets(
	text: string,
	podSpec: MapNode,
	names: readonly string[],
	comments: readonly string[],
	next: Entry | undefined,
): Edit {
	if (podSpec.flow)
		return addToFlowMap(text, podSpec, PULL_SECRETS, names, next);
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
	if (start < end) return { start, end, text: flowList(text, podSpec, names) };
	const colon = /^\s*:/.exec(text.slice(entry.keyEnd, entry.keyEnd + 64));
	if (colon === null) throw cannotEdit("a key without a value", entry.start);
	const at = entry.keyEnd + colon[0].length;
	if (podSpec.flow) {
		if (/^\s*[&!]/.test(text.slice(at, at + 64)))
			throw cannotEdit("an anchor or a tag without a value", entry.start);
		// kubectl's parser takes such a colon for a part of the key.
		if (!/["']/.test(text[entry.start] ?? "") && /[,}]/.test(text[at] ?? ""))
			throw cannotEdit("a colon without a space behind it", entry.start);
		return insertAt(at, ` ${flowList(text, podSpec, names)}`);
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
