import {
	beforeSpace,
	CannotEdit,
	type Edit,
	entryEnd,
	isExplicit,
	lineEnd,
	lineStart,
} from "./edit.ts";
import type { Entry, MapNode } from "./node.ts";

/** The edit that takes an entry out of a map, its lines with it. Throws CannotEdit. */
export function removeEntry(text: string, map: MapNode, entry: Entry): Edit {
	const at = map.entries.indexOf(entry);
	if (isExplicit(text, entry))
		throw new CannotEdit("an explicit key", entry.start);
	const previous = map.entries[at - 1];
	const next = map.entries[at + 1];
	const end = beforeSpace(text, entryEnd(entry));
	if (map.flow) {
		if (next !== undefined)
			return { start: entry.start, end: next.start, text: "" };
		return {
			start: previous === undefined ? entry.start : entryEnd(previous),
			end: entryEnd(entry),
			text: "",
		};
	}
	const line = lineStart(text, entry.start);
	if (text.slice(line, entry.start).trim() === "") {
		const newline = text.indexOf("\n", lineEnd(text, end));
		return {
			start: line,
			end: newline < 0 ? text.length : newline + 1,
			text: "",
		};
	}
	// It shares its line with a dash, which the next entry takes over.
	if (
		next === undefined ||
		text.slice(line, entry.start).replace(/[ -]+$/, "") !== "" ||
		text.slice(lineStart(text, next.start), next.start).trim() !== ""
	)
		throw new CannotEdit("an entry that cannot be moved", entry.start);
	return { start: entry.start, end: next.start, text: "" };
}

/** Comments in a stretch of YAML, each with its `#`, in order; `#` inside quotes is none. */
export function commentsIn(yaml: string): string[] {
	const found = yaml.matchAll(
		/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<=^|[ \t])#[^\r\n]*/gm,
	);
	return [...found]
		.map(([token]) => token.trimEnd())
		.filter((token) => token.startsWith("#"));
}

/** Whether a stretch of YAML defines an anchor, which something else may refer to. */
export function hasAnchor(yaml: string): boolean {
	return /(?:^|[\s[{,:])&[^\s,[\]{}]/.test(yaml);
}
