import { OperationError } from "../errors.ts";
import type { RewrittenImage } from "./image-reference.ts";
import {
	addPullSecrets,
	appendPullSecrets,
	fillPullSecrets,
	PULL_SECRETS,
} from "./manifest-add.ts";
import { applyEdits, CannotEdit, type Edit } from "./manifest-edit.ts";
import { imagesOf, rewriteEdits } from "./manifest-images.ts";
import { misplacedSecrets } from "./manifest-misplaced.ts";
import { entryOf, type MapNode, stringAt } from "./manifest-node.ts";
import {
	type Located,
	locate,
	parseDocumentOf,
	withLocation,
} from "./manifest-parse.ts";
import { splitManifest } from "./manifest-split.ts";
import {
	containersOf,
	isWorkload,
	type ManifestObject,
	mayHold,
	objectsOf,
	podSpecOf,
} from "./manifest-workloads.ts";

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
	const work = new DocumentWork(at, injection, found.warnings);
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

function describe({ kind, name }: ManifestObject): string {
	return name === "" ? kind : `${kind}/${name}`;
}

/** The edits of one document; anchors make several pods share a place, which is edited once. */
class DocumentWork {
	readonly #edits: Edit[] = [];
	readonly #edited = new Set<string>();
	readonly #specs: MapNode[] = [];
	constructor(
		readonly at: Located,
		readonly injection: Injection,
		readonly warnings: string[],
	) {}

	add(object: ManifestObject, podSpec: MapNode): void {
		if (!this.#once("spec", podSpec)) return;
		this.#specs.push(podSpec);
		if (containersOf(podSpec).length === 0)
			this.warnings.push(
				`${locate(this.at, podSpec.start)}: ${describe(object)} has no containers`,
			);
		const misplaced = misplacedSecrets(this.at, podSpec, this.injection.fix);
		this.warnings.push(
			...misplaced.warnings.map((text) => text.replace("%s", describe(object))),
		);
		this.#edits.push(
			...misplaced.edits.filter((edit) => this.#once("container", edit)),
		);
		this.#name(
			podSpec,
			[...misplaced.names, this.injection.key],
			misplaced.comments,
		);
	}

	#name(
		podSpec: MapNode,
		wanted: readonly string[],
		comments: readonly string[],
	): void {
		const { text } = this.at.document;
		const entry = entryOf(podSpec, PULL_SECRETS);
		const names = [...new Set(wanted)];
		if (entry === undefined) {
			if (!this.#inherits(podSpec))
				this.#edits.push(addPullSecrets(text, podSpec, names, comments));
			else if (names.length > 1)
				throw new CannotEdit("a merge key", podSpec.start);
			return;
		}
		const { value } = entry;
		if (value.type === "list") {
			const there = value.items.map((item) => stringAt(item, "name"));
			const missing = names.filter((name) => !there.includes(name));
			if (missing.length > 0 && this.#once("list", value))
				this.#edits.push(appendPullSecrets(text, value, missing, comments));
		} else if (value.type === "scalar" && value.value === null) {
			if (this.#once("entry", entry))
				this.#edits.push(
					fillPullSecrets(text, podSpec, entry, names, comments),
				);
		} else
			throw new OperationError(
				`${locate(this.at, entry.start)}: ${PULL_SECRETS} is not a list; write it as a list of names`,
			);
	}

	/** Whether a merged map (`<<`) is a pod's spec that has been given the key here. */
	#inherits(podSpec: MapNode): boolean {
		return podSpec.merged.some(
			(merged) =>
				this.#edited.has(`spec ${merged.start}`) || this.#inherits(merged),
		);
	}

	finish(): { edits: Edit[]; images: RewrittenImage[] } {
		const { registry } = this.injection;
		if (registry === undefined) return { edits: this.#edits, images: [] };
		const spots = this.#specs.flatMap(imagesOf);
		const moved = rewriteEdits(spots, registry, this.at);
		return { edits: [...this.#edits, ...moved.edits], images: moved.images };
	}

	#once(what: "spec" | "container" | "list" | "entry", at: { start: number }) {
		const place = `${what} ${at.start}`;
		const first = !this.#edited.has(place);
		this.#edited.add(place);
		return first;
	}
}
