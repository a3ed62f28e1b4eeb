import { FailureError } from "../output/failure.ts";
import type { ManifestPlace } from "../output/input-failure.ts";
import { readJson } from "./json.ts";
import { Misfit, type Node } from "./node.ts";
import type { ManifestNote } from "./note.ts";
import { jsonObjectEnd, type ManifestDocument } from "./split.ts";
import { readYaml } from "./yaml.ts";

/** A document of a file, to say where something is. */
export class Located {
	/**
	 * The document's text with a line feed for each carriage return that stands alone, and for each
	 * next line (U+0085), line separator and paragraph separator (U+2028, U+2029) of YAML: line ends to kubectl's
	 * parser, of YAML 1.1, and none to ours, so that a pod behind one could hide in a comment. In JSON they
	 * stand in strings alone, as any other character. Offsets are the same.
	 */
	readonly layout: string;
	#lineEnds: number[] | undefined;
	constructor(
		readonly file: string,
		readonly document: ManifestDocument,
		/** What a person should know of it is added here. */
		readonly warnings: ManifestNote[],
	) {
		const { text, form } = document;
		const lineEnd =
			form === "json" ? /\r(?!\n)/g : /\r(?!\n)|[\u0085\u2028\u2029]/g;
		this.layout = text.replace(lineEnd, "\n");
	}

	/** Where an offset in the document is in the file. */
	place(offset: number): ManifestPlace {
		this.#lineEnds ??= [...this.layout.matchAll(/\n/g)].map(
			({ index }) => index,
		);
		let low = 0;
		let high = this.#lineEnds.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#lineEnds[middle] ?? 0) < offset) low = middle + 1;
			else high = middle;
		}
		return { file: this.file, line: this.document.line + low };
	}
}

/** More of a document's oddities are counted, not listed. */
const MOST_WARNINGS = 10;

/**
 * The object in a document; undefined where there is none. Keys that are there twice
 * are warned about. Throws FailureError with file and line.
 */
export function parseDocumentOf(at: Located): Node | undefined {
	const { file, document, layout, warnings } = at;
	return withLocation(at, () => {
		const { root, repeated } =
			document.form === "json" ? readJson(layout) : readYaml(readByKubectl(at));
		for (const { key, offset } of repeated.slice(0, MOST_WARNINGS))
			warnings.push({ cause: "key-repeated", at: at.place(offset), key });
		const more = repeated.length - MOST_WARNINGS;
		if (more > 0) warnings.push({ cause: "keys-repeated", file, more });
		return root;
	});
}

/**
 * The part of a YAML document that kubectl reads: where that is a JSON object, nothing behind it,
 * which is warned about. Its parser stops after the first value, so anything may stand there.
 */
function readByKubectl(at: Located): string {
	const { layout, warnings } = at;
	const [marker] = /^\uFEFF?(?:---(?=\s))?/.exec(layout) ?? [""];
	const end = jsonObjectEnd(layout, marker.length);
	if (end === undefined) return layout;
	const [gap] = /^(?:\s|#.*)*/.exec(layout.slice(end)) ?? [""];
	const next = end + gap.length;
	// A colon makes a key of it, and what dots end is ended as in any document.
	if (/^(?:$|:|\.\.\.(?:\s|$))/.test(layout.slice(next))) return layout;
	warnings.push({ cause: "unread-behind-json", at: at.place(next) });
	return layout.slice(0, end);
}

/** What `work` returns; its Misfit becomes a FailureError with file and line. */
export function withLocation<T>(at: Located, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof Misfit)
			throw new FailureError(error.failureAt(at.place(error.offset)));
		// Whoever nests so deep has exhausted the stack of the parsers.
		if (error instanceof RangeError)
			throw new FailureError({ cause: "manifest-too-deep", at: at.place(0) });
		throw error;
	}
}
