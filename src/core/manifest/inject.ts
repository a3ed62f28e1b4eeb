import type { RewrittenImage } from "../kubelet/image-reference.ts";
import { FailureError } from "../output/failure.ts";
import {
	addPullSecrets,
	appendPullSecrets,
	fillPullSecrets,
	PULL_SECRETS,
} from "./add.ts";
import { applyEdits, type Edit } from "./edit.ts";
import { imagesOf, rewriteEdits } from "./images.ts";
import type { ManifestPart } from "./join.ts";
import { misplacedSecrets } from "./misplaced.ts";
import {
	cannotEdit,
	entryOf,
	type MapNode,
	mergedMaps,
	stringAt,
} from "./node.ts";
import type { ManifestNote } from "./note.ts";
import { Located, parseDocumentOf, withLocation } from "./parse.ts";
import { jsonObjectEnd, splitManifest } from "./split.ts";
import {
	containersOf,
	hasContainersOfItsOwn,
	type ManifestObject,
	objectsOf,
	type PodTemplate,
	podTemplatesOf,
	subjectOf,
} from "./workloads.ts";

/** What is to be written into the pod templates of manifests. */
export interface Injection {
	/** The pull secret's name. */
	readonly secret: string;
	/** Images are moved to this registry. */
	readonly registry?: string;
	/** Pull Secrets at a level where they have no effect are moved to the pod's spec. */
	readonly fix: boolean;
	/** Service accounts are given the pull secret as well. */
	readonly serviceAccounts: boolean;
}

/** What is found in a manifest file. */
interface Found {
	readonly warnings: ManifestNote[];
	/** Of the objects that name the pull secret now, each once; undefined where one names none. */
	readonly namespaces: Set<string | undefined>;
	/** The namespaces for which the file has a Secret of that name already. */
	readonly provided: Set<string | undefined>;
	/** All images, moved or not, in order; empty without a registry. */
	readonly images: RewrittenImage[];
}

/** A manifest file with its pull Secrets, every other byte as it was. */
export interface Injected extends ManifestPart, Found {}

/**
 * Adds the pull secret to every pod template of a manifest file, once. Only one
 * document is parsed at a time. Throws FailureError with file and line for what
 * does not parse or cannot be edited.
 */
export function injectManifest(
	text: string,
	file: string,
	injection: Injection,
): Injected {
	const found: Found = {
		warnings: [],
		namespaces: new Set(),
		provided: new Set(),
		images: [],
	};
	const parts: string[] = [];
	let json = true;
	for (const document of splitManifest(text)) {
		json &&= document.form === "json";
		const at = new Located(file, document, found.warnings);
		parts.push(injectDocument(at, injection, found));
	}
	const whole = parts.join("");
	return {
		...found,
		text: becameJson(text, whole) ? `---\n${whole}` : whole,
		json,
	};
}

/** Whether YAML begins with an object of JSON by now, and goes on: kubectl would read what follows as JSON, too. */
function becameJson(before: string, after: string): boolean {
	if (after.startsWith("\uFEFF") || jsonObjectEnd(before, 0) !== undefined)
		return false;
	const end = jsonObjectEnd(after, 0);
	return end !== undefined && after.slice(end).trim() !== "";
}

function injectDocument(
	at: Located,
	injection: Injection,
	found: Found,
): string {
	const root = parseDocumentOf(at);
	return withLocation(at, () => {
		const work = new DocumentEdits(at, injection);
		for (const object of objectsOf(root)) {
			if (object.kind === "Secret" && object.name === injection.secret)
				found.provided.add(object.namespace);
			const { kind, apiVersion = "v1" } = object;
			if (kind === "ServiceAccount" && apiVersion === "v1") {
				if (!injection.serviceAccounts) continue;
				work.addToAccount(object);
				found.namespaces.add(object.namespace);
				continue;
			}
			const templates = podTemplatesOf(object);
			const warn = (cause: "pod-spec-missing" | "containers-of-its-own") => {
				const place = at.place(object.node.start);
				at.warnings.push({ cause, at: place, of: subjectOf(object) });
			};
			if (templates === "missing") {
				warn("pod-spec-missing");
				continue;
			}
			if (templates.length === 0 && hasContainersOfItsOwn(object))
				warn("containers-of-its-own");
			for (const template of templates) work.addToPod(object, template);
			if (templates.length > 0) found.namespaces.add(object.namespace);
		}
		const { edits, images } = work.finish();
		for (const image of images) found.images.push(image);
		return applyEdits(at.document.text, edits);
	});
}

/** The edits of one document; anchors make several pods share a place, which is edited once. */
class DocumentEdits {
	readonly #edits: Edit[] = [];
	readonly #edited = new Set<string>();
	readonly #specs: MapNode[] = [];
	constructor(
		readonly at: Located,
		readonly injection: Injection,
	) {}

	addToPod(object: ManifestObject, template: PodTemplate): void {
		const { podSpec, path, byShape } = template;
		if (!this.#once("spec", podSpec)) return;
		this.#specs.push(podSpec);
		const of = subjectOf(object);
		const { warnings } = this.at;
		const at = () => this.at.place(podSpec.start);
		if (byShape)
			warnings.push({ cause: "pod-spec-by-shape", at: at(), of, path });
		if (containersOf(podSpec).length === 0)
			warnings.push({ cause: "containers-missing", at: at(), of });
		const { fix, secret } = this.injection;
		const misplaced = misplacedSecrets(this.at, template, of, fix);
		for (const edit of misplaced.edits)
			if (this.#once("removed", edit)) this.#edits.push(edit);
		this.#name(podSpec, [...misplaced.names, secret], misplaced.comments);
	}

	addToAccount({ node }: ManifestObject): void {
		if (this.#once("spec", node))
			this.#name(
				node,
				[this.injection.secret],
				[],
				node.entries.find(({ key }) => key === "metadata"),
			);
	}

	#name(
		holder: MapNode,
		wanted: readonly string[],
		comments: readonly string[],
		before = holder.entries[0],
	): void {
		const { layout } = this.at;
		const entry = entryOf(holder, PULL_SECRETS);
		const names = [...new Set(wanted)];
		if (entry === undefined) {
			if (!this.#inherits(holder))
				this.#edits.push(
					addPullSecrets(layout, holder, names, comments, before),
				);
			else if (names.length > 1) throw cannotEdit("a merge key", holder.start);
			return;
		}
		const { value } = entry;
		if (value.type === "list") {
			const there = value.items.map((item) => stringAt(item, "name"));
			const missing = names.filter((name) => !there.includes(name));
			if (missing.length > 0 && this.#once("list", value))
				this.#edits.push(appendPullSecrets(layout, value, missing, comments));
		} else if (value.type === "scalar" && value.value === null) {
			if (this.#once("entry", entry))
				this.#edits.push(
					fillPullSecrets(layout, holder, entry, names, comments),
				);
		} else
			throw new FailureError({
				cause: "pull-secrets-not-a-list",
				at: this.at.place(entry.start),
			});
	}

	/** Whether a merged map (`<<`) is a pod's spec that has been given the entry here. */
	#inherits(podSpec: MapNode): boolean {
		return mergedMaps(podSpec).some((merged) =>
			this.#edited.has(`spec ${merged.start}`),
		);
	}

	finish(): { edits: Edit[]; images: RewrittenImage[] } {
		const { registry } = this.injection;
		if (registry === undefined) return { edits: this.#edits, images: [] };
		const spots = this.#specs.flatMap(imagesOf);
		const { edits, images } = rewriteEdits(spots, registry, this.at);
		return { edits: [...this.#edits, ...edits], images };
	}

	#once(what: "spec" | "removed" | "list" | "entry", at: { start: number }) {
		const place = `${what} ${at.start}`;
		const first = !this.#edited.has(place);
		this.#edited.add(place);
		return first;
	}
}
