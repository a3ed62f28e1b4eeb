import { createScanner } from "jsonc-parser";
import { readJson } from "../json-object.ts";

/**
 * A manifest file cut into its documents before any is parsed, so that a large
 * file costs one document's memory at a time.
 */

/** One document with everything up to the next: markers, comments, line ends, byte order mark. */
export interface ManifestDocument {
	readonly text: string;
	/** The line of its first character in the file, from 1. */
	readonly line: number;
	/** `json`: exactly one JSON object and the space around it. */
	readonly form: "json" | "yaml";
}

/**
 * The documents of a file, in order; their texts joined are the file again. As
 * kubectl reads it: a file that begins with `{`, without a byte order mark, is a
 * stream of JSON objects, anything else YAML documents between `---` lines; what follows a `...` line is
 * no document, and stays with the one before. YAML allows no line that begins with
 * `---` inside a scalar, so the cut needs no parser.
 */
export function* splitManifest(text: string): Generator<ManifestDocument> {
	let [start, line] = [0, 1];
	const upTo = (end: number, form: "json" | "yaml"): ManifestDocument => {
		const document = { text: text.slice(start, end), line, form };
		line += document.text.match(/\r\n?|\n/g)?.length ?? 0;
		start = end;
		return document;
	};
	const last = text.trimEnd().length;
	let from = 0;
	for (;;) {
		const end = jsonObjectEnd(text, from);
		if (end === undefined) break;
		if (end >= last) {
			yield upTo(text.length, "json");
			return;
		}
		if (text.startsWith("\uFEFF")) break;
		yield upTo(end, "json");
		from = end;
	}
	for (const end of yamlEnds(text, from))
		if (end > start) yield upTo(end, "yaml");
}

/** Where each YAML document ends: before a `---` line, at the end. */
function* yamlEnds(text: string, from: number): Generator<number> {
	const marker = /\n---(?=[ \t\r\n]|$)/g;
	marker.lastIndex = from;
	let start = from;
	for (const { index } of text.matchAll(marker)) {
		const lineStart = index + 1;
		if (!isPreamble(text.slice(start, lineStart))) {
			start = lineStart;
			yield start;
		}
	}
	// Behind a closing brace a marker needs no line of its own to Kubernetes' decoder.
	const last = text.slice(start);
	const glued = /^\s*(?:---\s+)?\{/.test(last)
		? last.slice(-LONGEST_TAIL).search(/(?<=\})---\s*$/)
		: -1;
	if (glued >= 0) yield Math.max(start, text.length - LONGEST_TAIL) + glued;
	yield text.length;
}

/** Space and a marker at the end of a file are shorter. */
const LONGEST_TAIL = 1000;

/** Directives (`%YAML 1.2`) and nothing else: they belong to the document that follows. */
function isPreamble(text: string): boolean {
	return (
		text.includes("%") &&
		/^%/m.test(text) &&
		/^\uFEFF?(?:[ \t]*(?:#.*)?\r?\n|%.*\n)*$/.test(text)
	);
}

/**
 * The offset after the JSON object that begins at `from` (behind space and a byte
 * order mark), or undefined where there is none that JSON.parse accepts.
 */
export function jsonObjectEnd(text: string, from: number): number | undefined {
	const space = /[\s\uFEFF]*/y;
	space.lastIndex = from;
	space.test(text);
	const start = space.lastIndex;
	if (text[start] !== "{") return undefined;
	const end = closingBrace(text, start);
	if (end === undefined) return undefined;
	// Flow-style YAML may begin with a brace as well; its parser names what is wrong.
	return readJson(text.slice(start, end)) === undefined ? undefined : end;
}

/** The offset after the brace that closes the one at `from`; undefined where none does. */
function closingBrace(text: string, from: number): number | undefined {
	const scanner = createScanner(text, true);
	scanner.setPosition(from);
	for (let depth = 0; ; ) {
		scanner.scan();
		const at = scanner.getTokenOffset();
		// A token without width is the text's end.
		if (scanner.getTokenLength() === 0) return undefined;
		if (text[at] === "{") depth++;
		if (text[at] === "}") depth--;
		if (depth === 0) return at + 1;
	}
}
