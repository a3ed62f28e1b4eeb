import { OperationError } from "../../errors.ts";
import {
	ImageReferenceError,
	type RewrittenImage,
	readImageReference,
	rewriteImage,
} from "../kubelet/image-reference.ts";
import { type Edit, yamlWord } from "./edit.ts";
import { entryOf, type MapNode, type ScalarNode } from "./node.ts";
import { type Located, locate, parseDocumentOf } from "./parse.ts";
import { splitManifest } from "./split.ts";
import {
	containersOf,
	isWorkload,
	mayHold,
	objectsOf,
	podSpecOf,
} from "./workloads.ts";

/** An image that a manifest names, and where. */
export interface ImageSpot {
	readonly image: string;
	readonly node: ScalarNode;
}

/** The images of a pod's spec, init and ephemeral containers' among them; none for what is empty or no string. */
export function imagesOf(podSpec: MapNode): ImageSpot[] {
	return containersOf(podSpec).flatMap((container) => {
		const node = entryOf(container, "image")?.value;
		return node?.type === "scalar" &&
			typeof node.value === "string" &&
			node.value !== ""
			? [{ image: node.value, node }]
			: [];
	});
}

/** The images of a manifest file, in order, each spelling once. Throws OperationError with file and line. */
export function manifestImages(text: string, file: string): string[] {
	const found = new Set<string>();
	for (const document of splitManifest(text)) {
		if (!mayHold(document, [])) continue;
		const at = { file, document };
		for (const object of objectsOf(parseDocumentOf(at))) {
			const podSpec = isWorkload(object) ? podSpecOf(object) : undefined;
			if (podSpec === undefined) continue;
			for (const spot of imagesOf(podSpec)) found.add(checked(spot, at));
		}
	}
	return [...found];
}

/** The edits that move images to a registry, and what moved. Throws OperationError with file and line. */
export function rewriteEdits(
	spots: readonly ImageSpot[],
	registry: string,
	at: Located,
): { edits: Edit[]; images: RewrittenImage[] } {
	const edits = new Map<number, Edit>();
	const images: RewrittenImage[] = [];
	const written = new Set(
		spots.filter(({ node }) => !node.alias).map(({ node }) => node.start),
	);
	for (const spot of spots) {
		const from = checked(spot, at);
		const to = rewriteImage(from, registry);
		images.push({ from, to });
		const { alias, start } = spot.node;
		// An alias of another image follows it; one of something else, a label say, must not change that.
		if (from === to || (alias !== undefined && written.has(start))) continue;
		const edit =
			alias === undefined
				? replaceScalar(at.document.text, spot.node, from, to)
				: { ...alias, text: yamlWord(to) };
		edits.set(edit.start, edit);
	}
	return { edits: [...edits.values()], images };
}

function checked({ image, node }: ImageSpot, at: Located): string {
	const reading = readImageReference(image);
	if (!reading.ok)
		throw new OperationError(
			`${locate(at, (node.alias ?? node).start)}: ${new ImageReferenceError(image, reading.because).message}`,
		);
	return image;
}

/** Replaces the words of a scalar within its quotes; all of it where they are not written out as they are. */
function replaceScalar(
	text: string,
	{ start, end }: ScalarNode,
	from: string,
	to: string,
): Edit {
	const source = text.slice(start, end);
	const at = source.indexOf(from);
	const quoted = /^["'|>]/.test(source);
	if (at < 0 || (!quoted && yamlWord(to) !== to))
		return { start, end, text: JSON.stringify(to) };
	return { start: start + at, end: start + at + from.length, text: to };
}
