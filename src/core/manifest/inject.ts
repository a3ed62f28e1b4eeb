import type { RewrittenImage } from "../kubelet/image-reference.ts";
import { DocumentEdits, describe } from "./document-edits.ts";
import { applyEdits } from "./edit.ts";
import {
	type Located,
	locate,
	parseDocumentOf,
	withLocation,
} from "./parse.ts";
import { splitManifest } from "./split.ts";
import { isWorkload, mayHold, objectsOf, podSpecOf } from "./workloads.ts";

/** What is to be written into the pod templates of manifests. */
export interface Injection {
	/** The pull Secret's name. */
	readonly key: string;
	/** Images are moved to this registry. */
	readonly registry?: string;
	/** Pull Secrets that sit inside a container are moved to the pod's spec. */
	readonly fix: boolean;
}

/** A manifest file with its pull Secrets, every other byte as it was. */
export interface Injected {
	readonly text: string;
	/** One line each, with file and line. */
	readonly warnings: readonly string[];
	/** Of the workloads, each once; undefined where a workload names none. */
	readonly namespaces: readonly (string | undefined)[];
	/** The namespaces for which the file has a Secret of the key's name already. */
	readonly provided: readonly (string | undefined)[];
	/** All images, moved or not, in order; empty without a registry. */
	readonly images: readonly RewrittenImage[];
	/** The file is JSON throughout. */
	readonly json: boolean;
}

/**
 * Adds the pull Secret to every pod template of a manifest file, once. Only one
 * document is parsed at a time, and only those that can hold a workload.
 * Throws OperationError with file and line for what does not parse or cannot be edited.
 */
export function injectManifest(
	text: string,
	file: string,
	injection: Injection,
): Injected {
	const found = {
		warnings: [] as string[],
		namespaces: new Set<string | undefined>(),
		provided: new Set<string | undefined>(),
		images: [] as RewrittenImage[],
	};
	const parts: string[] = [];
	let json = true;
	for (const document of splitManifest(text)) {
		json &&= document.form === "json";
		parts.push(
			mayHold(document, document.text.includes(injection.key) ? ["Secret"] : [])
				? injectDocument({ file, document }, injection, found)
				: document.text,
		);
	}
	return {
		text: parts.join(""),
		warnings: found.warnings,
		namespaces: [...found.namespaces],
		provided: [...found.provided],
		images: found.images,
		json,
	};
}

interface Found {
	warnings: string[];
	namespaces: Set<string | undefined>;
	provided: Set<string | undefined>;
	images: RewrittenImage[];
}

function injectDocument(
	at: Located,
	injection: Injection,
	found: Found,
): string {
	const work = new DocumentEdits(at, injection, found.warnings);
	for (const object of objectsOf(parseDocumentOf(at))) {
		if (object.kind === "Secret" && object.name === injection.key)
			found.provided.add(object.namespace);
		if (!isWorkload(object)) continue;
		const podSpec = podSpecOf(object);
		if (podSpec === undefined) {
			found.warnings.push(
				`${locate(at, object.node.start)}: ${describe(object)} has no pod spec and is passed through as it is`,
			);
			continue;
		}
		found.namespaces.add(object.namespace);
		withLocation(at, () => work.add(object, podSpec));
	}
	const { edits, images } = withLocation(at, () => work.finish());
	for (const image of images) found.images.push(image);
	return edits.length === 0
		? at.document.text
		: applyEdits(at.document.text, edits);
}
