import { partition } from "../groups.ts";
import {
	FILLED_IN,
	type RewrittenImage,
	readImageReference,
	rewriteImage,
} from "../kubelet/image-reference.ts";
import { FailureError } from "../output/failure.ts";
import { type Edit, placeOf, yamlWord } from "./edit.ts";
import {
	cannotEdit,
	type Entry,
	entryOf,
	itemsAt,
	type MapNode,
	type ScalarNode,
	valueAt,
} from "./node.ts";
import type { ManifestNote } from "./note.ts";
import { Located, parseDocumentOf, withLocation } from "./parse.ts";
import { splitManifest } from "./split.ts";
import { containersOf, objectsOf, podTemplatesOf } from "./workloads.ts";

interface ImageSpot {
	readonly image: string;
	readonly node: ScalarNode;
	readonly by: "container" | "volume";
}

/**
 * The images of a pod's spec, those of init and ephemeral containers and of image
 * volumes among them; none for what is empty or no string.
 */
export function imagesOf(podSpec: MapNode): ImageSpot[] {
	return [
		...containersOf(podSpec).flatMap((container) =>
			spotOf(entryOf(container, "image"), "container"),
		),
		...itemsAt(podSpec, "volumes").flatMap((volume) =>
			spotOf(entryOf(valueAt(volume, "image"), "reference"), "volume"),
		),
	];
}

function spotOf(entry: Entry | undefined, by: ImageSpot["by"]): ImageSpot[] {
	const node = entry?.value;
	return node?.type === "scalar" &&
		typeof node.value === "string" &&
		node.value !== ""
		? [{ image: node.value, node, by }]
		: [];
}

/**
 * The images of a manifest file, in order, each spelling once (`artifact`: image volumes alone use it), and as
 * `faults` what is no image reference. Throws FailureError with file and line for what cannot be read.
 */
export function manifestImages(text: string, file: string) {
	const found = new Map<string, boolean>();
	const warnings: ManifestNote[] = [];
	const faults: FailureError[] = [];
	for (const document of splitManifest(text)) {
		const at = new Located(file, document, warnings);
		const spots: ImageSpot[] = [];
		const root = parseDocumentOf(at);
		withLocation(at, () => {
			for (const object of objectsOf(root)) {
				const templates = podTemplatesOf(object);
				if (templates === "missing") continue;
				for (const { podSpec } of templates)
					for (const spot of imagesOf(podSpec)) spots.push(spot);
			}
		});
		for (const spot of knownOf(spots, at)) {
			const { image } = spot;
			const fault = faultOf(spot, at);
			if (fault !== undefined) faults.push(fault);
			else found.set(image, spot.by === "volume" && found.get(image) !== false);
		}
	}
	const images = [...found].map(([image, artifact]) => ({ image, artifact }));
	return { images, warnings, faults };
}

/** The images that are known; each place where one will be filled in is warned about. */
function knownOf(spots: readonly ImageSpot[], at: Located): ImageSpot[] {
	const [ours, known] = partition(spots, ({ image }) => image === FILLED_IN);
	for (const place of new Set(ours.map(({ node }) => placeOf(node).start)))
		at.warnings.push({ cause: "image-filled-in", at: at.place(place) });
	return known;
}

/** The edits that move images to a registry, and what moved. Throws FailureError with file and line. */
export function rewriteEdits(
	spots: readonly ImageSpot[],
	registry: string,
	at: Located,
) {
	const known = knownOf(spots, at);
	const edits = new Map<number, Edit>();
	const images: RewrittenImage[] = [];
	const written = new Set(
		known.filter(({ node }) => !node.alias).map(({ node }) => node.start),
	);
	for (const spot of known) {
		const fault = faultOf(spot, at);
		if (fault !== undefined) throw fault;
		const from = spot.image;
		const to = rewriteImage(from, registry);
		images.push({ from, to });
		const { alias, start } = spot.node;
		// An alias of another image follows it; one of something else, a label say, must not change that.
		if (from === to || (alias !== undefined && written.has(start))) continue;
		const edit =
			alias === undefined
				? replaceScalar(at.layout, spot.node, from, to)
				: { ...alias, text: yamlWord(to) };
		edits.set(edit.start, edit);
	}
	return { edits: [...edits.values()], images };
}

function faultOf(
	{ image, node }: ImageSpot,
	at: Located,
): FailureError | undefined {
	const reading = readImageReference(image);
	return typeof reading === "string"
		? new FailureError({
				cause: "image-invalid",
				image,
				because: reading,
				in: at.place(placeOf(node).start),
			})
		: undefined;
}

/**
 * Replaces the words of a scalar within its quotes; all of it where they are not written out as they are. Throws
 * Misfit.
 */
function replaceScalar(
	text: string,
	{ start, end, encoded = false }: ScalarNode,
	from: string,
	to: string,
): Edit {
	if (encoded) throw cannotEdit("a !!binary value", start);
	const source = text.slice(start, end);
	const at = source.indexOf(from);
	const quoted = /^["'|>]/.test(source);
	if (at < 0 || (!quoted && yamlWord(to) !== to))
		return { start, end, text: JSON.stringify(to) };
	return { start: start + at, end: start + at + from.length, text: to };
}
