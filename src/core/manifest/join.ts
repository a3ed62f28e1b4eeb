import { splitManifest } from "./split.ts";

/** The text of a manifest file; `json` where it is JSON throughout. */
export interface ManifestPart {
	readonly text: string;
	readonly json: boolean;
}

/**
 * Several files as one stream that kubectl reads. One file, or JSON alone, stays
 * as it is; else YAML documents, among which each JSON object stands by itself:
 * a stream that begins with a brace would be taken for JSON altogether.
 */
export function joinManifests(parts: readonly ManifestPart[]): string {
	const some = parts.filter(({ text }) => text !== "");
	const [only, ...others] = some;
	if (only === undefined) return "";
	if (others.length === 0) return only.text;
	if (some.every(({ json }) => json))
		return some.map(({ text }) => withLineEnd(text)).join("");
	return some
		.map((part, at) =>
			part.json
				? jsonDocuments(part.text)
				: at === 0
					? withLineEnd(part.text)
					: begun(withLineEnd(part.text.replace(/^\uFEFF/, ""))),
		)
		.join("");
}

function jsonDocuments(text: string): string {
	return [...splitManifest(text.replace(/^\uFEFF/, ""))]
		.filter((document) => document.text.trim() !== "")
		.map((document) => `---\n${document.text.trim()}\n`)
		.join("");
}

/** With a marker at the beginning, behind which nothing of what came before goes on. */
function begun(text: string): string {
	if (/^---(?:\s|$)/.test(text)) return text;
	return text.startsWith("%") ? `...\n${text}` : `---\n${text}`;
}

function withLineEnd(text: string): string {
	return text.endsWith("\n") ? text : `${text}\n`;
}
