import { compare } from "../order.ts";
import type { ImageFinding } from "../registry/check-image.ts";

/** An image in the list of `images`. */
export interface ListedImage {
	/** As written there. */
	readonly image: string;
	/** Its name in the private registry; undefined where none was given. */
	readonly renamed: string | undefined;
	/** `Istio 1.30.5`, a file, `NAMESPACE/KIND/NAME`; sorted. */
	readonly from: readonly string[];
	/** Only image volumes use it, which take any artifact. */
	readonly artifact: boolean;
	/** What its registry says of it, under its new name where it has one. */
	readonly finding?: ImageFinding;
}

/** The name that counts: in the private registry, where there is one. */
export function nameOf({ image, renamed }: ListedImage): string {
	return renamed ?? image;
}

/** Images as they are found, each once with all its places. */
export class ImageList {
	readonly #found = new Map<string, { from: Set<string>; artifact: boolean }>();

	add(image: string, from: string, artifact = false): void {
		const known = this.#found.get(image);
		if (known === undefined) {
			this.#found.set(image, { from: new Set([from]), artifact });
			return;
		}
		known.from.add(from);
		known.artifact &&= artifact;
	}

	/** In the order in which they were found. */
	images(): ListedImage[] {
		return [...this.#found].map(([image, { from, artifact }]) => ({
			image,
			renamed: undefined,
			from: [...from].toSorted(),
			artifact,
		}));
	}

	/** By name. */
	sorted(): ListedImage[] {
		return this.images().toSorted((a, b) => compare(a.image, b.image));
	}
}
