import { withoutLast } from "../output/printable.ts";
import {
	cannotEdit,
	type Entry,
	type MapNode,
	type Node,
	type Place,
} from "./node.ts";

/** Replaces `start` to `end` (the same for an insertion) of a text; its line ends are `\n`, whatever the text's are. */
export interface Edit extends Place {
	readonly text: string;
}

/** All edits at once, with the text's own line ends; every character outside them stays. They must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	if (edits.length === 0) return text;
	const eol = /\r\n?|\n/.exec(text)?.[0] ?? "\n";
	let done = 0;
	let result = "";
	for (const edit of [...edits].sort(
		(a, b) => a.start - b.start || a.end - b.end,
	)) {
		if (edit.start < done) throw new Error("edits of a manifest overlap");
		result += text.slice(done, edit.start) + edit.text.replaceAll("\n", eol);
		done = edit.end;
	}
	return result + text.slice(done);
}

/** An edit that takes nothing away. */
export function insertAt(at: number, text: string): Edit {
	return { start: at, end: at, text };
}

/** Where a node is written: its alias, if it stands there by one. */
export function placeOf(node: Node): Place {
	return node.alias ?? node;
}

/** The end of an entry: of its value, or of its key where it has none. */
export function entryEnd(entry: Entry): number {
	return Math.max(entry.keyEnd, placeOf(entry.value).end);
}

/** The offset of the line end at or after `at`, without the carriage return. */
export function lineEnd(text: string, at: number): number {
	const newline = text.indexOf("\n", at);
	if (newline < 0) return text.length;
	return newline > at && text[newline - 1] === "\r" ? newline - 1 : newline;
}

/** The offset where the line of `at` begins. */
export function lineStart(text: string, at: number): number {
	return text.lastIndexOf("\n", at - 1) + 1;
}

/** The offset after the last character before `at` that is not space. */
export function beforeSpace(text: string, at: number): number {
	return withoutLast(text.slice(0, at), " \t\r\n").length;
}

/**
 * Where a line can be put before a block entry of a map, and the spaces that bring a
 * line to its column. Anchors and tags before the key are the key's own, and so is its
 * `? `; dashes and question marks before the map belong to what is around it.
 */
export function entryLine(
	text: string,
	map: MapNode,
	entry: Entry,
): { start: number; indent: string } {
	// Of the first key the map's start tells where its `? ` is.
	const first = entry === map.entries[0];
	const line = lineOf(text, first ? map.start : entry.start);
	if (!first && /\S/.test(text.slice(lineStart(text, entry.start), line.start)))
		throw cannotEdit("an explicit key", entry.start);
	return line;
}

/** The same for whatever begins at `at`: an item of a list, say. */
export function lineOf(
	text: string,
	at: number,
): { start: number; indent: string } {
	const start = lineStart(text, at);
	const before = /^((?: |[-?:](?= ))*)(?:[&!]\S* +)*$/.exec(
		text.slice(start, at),
	);
	if (before?.[1] === undefined) throw cannotEdit("an unusual indentation", at);
	return {
		start: start + before[1].length,
		indent: " ".repeat(before[1].length),
	};
}

/** Whether a block entry's key is written with a `? ` before it. */
export function isExplicit(text: string, entry: Entry): boolean {
	return /\?[ \t]+(?:[&!]\S*[ \t]+)*$/.test(
		text.slice(lineStart(text, entry.start), entry.start),
	);
}

/** A word as YAML: quoted where it would be read as something other than a string. */
export function yamlWord(word: string): string {
	const plain =
		/^[A-Za-z][A-Za-z0-9.:/@_-]*$/.test(word) &&
		!word.endsWith(":") &&
		!/^(?:null|true|false|yes|no|on|off|y|n)$/i.test(word);
	return plain ? word : JSON.stringify(word);
}
