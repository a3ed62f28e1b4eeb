import { OperationError } from "../../errors.ts";
import type { RewrittenImage } from "../kubelet/image-reference.ts";
import {
	addPullSecrets,
	appendPullSecrets,
	fillPullSecrets,
	PULL_SECRETS,
} from "./add.ts";
import { CannotEdit, type Edit } from "./edit.ts";
import { imagesOf, rewriteEdits } from "./images.ts";
import type { Injection } from "./inject.ts";
import { misplacedSecrets } from "./misplaced.ts";
import { entryOf, type MapNode, stringAt } from "./node.ts";
import { type Located, locate } from "./parse.ts";
import { containersOf, type ManifestObject } from "./workloads.ts";

/** The edits of one document; anchors make several pods share a place, which is edited once. */
export class DocumentEdits {
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

/** A workload as messages name it. */
export function describe({ kind, name }: ManifestObject): string {
	return name === "" ? kind : `${kind}/${name}`;
}
