import type { Entry, Node } from "./node.ts";

/** Replaces `start` to `end` (the same for an insertion) of a text. */
export interface Edit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** A place that is written too unusually to be edited without touching its surroundings. */
export class CannotEdit extends Error {
	override readonly name = "CannotEdit";
	constructor(
		message: string,
		readonly offset: number,
	) {
		super(message);
	}
}

/** All edits at once; every character outside them stays. They must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
	let done = 0;
	let result = "";
	for (const edit of [...edits].sort(
		(a, b) => a.start - b.start || a.end - b.end,
	)) {
		if (edit.start < done) throw new Error("edits of a manifest overlap");
		result += text.slice(done, edit.start) + edit.text;
		done = edit.end;
	}
	return result + text.slice(done);
}

export function insertAt(at: number, text: string): Edit {
	return { start: at, end: at, text };
}

/** Where a node is written: its alias, if it stands there by one. */
export function placeOf(node: Node): { start: number; end: number } {
	return node.alias ?? node;
}

/** The end of an entry: of its value, or of its key where it has none. */
export function entryEnd(entry: Entry): number {
	return Math.max(entry.keyEnd, placeOf(entry.value).end);
}

/** The line end that the document uses. */
export function eolOf(text: string): string {
	const at = text.indexOf("\n");
	return at > 0 && text[at - 1] === "\r" ? "\r\n" : "\n";
}

/** The offset of the line end at or after `at`, without the carriage return. */
export function lineEnd(text: string, at: number): number {
	const newline = text.indexOf("\n", at);
	if (newline < 0) return text.length;
	return newline > at && text[newline - 1] === "\r" ? newline - 1 : newline;
}

export function lineStart(text: string, at: number): number {
	return text.lastIndexOf("\n", at - 1) + 1;
}

/** The offset after the last character before `at` that is not space. */
export function beforeSpace(text: string, at: number): number {
	let end = at;
	while (end > 0 && " \t\r\n".includes(text[end - 1] ?? "x")) end--;
	return end;
}

/**
 * Where a line can be put before the block entry whose key is at `at`, and the
 * spaces that bring a line to its column. Anchors and tags before the key are
 * the key's own; dashes and question marks belong to what is around it.
 */
export function entryLine(
	text: string,
	at: number,
): { start: number; indent: string } {
	const start = lineStart(text, at);
	const before = /^((?: |[-?:](?= ))*)(?:[&!]\S* +)*$/.exec(
		text.slice(start, at),
	);
	if (before?.[1] === undefined)
		throw new CannotEdit("an unusual indentation", at);
	return {
		start: start + before[1].length,
		indent: " ".repeat(before[1].length),
	};
}

/** A word as YAML: quoted where it would be read as something other than a string. */
export function yamlWord(word: string): string {
	const plain =
		/^[A-Za-z][A-Za-z0-9.:/@_-]*$/.test(word) &&
		!word.endsWith(":") &&
		!/^(?:null|true|false|yes|no|on|off|y|n)$/i.test(word);
	return plain ? word : JSON.stringify(word);
}
