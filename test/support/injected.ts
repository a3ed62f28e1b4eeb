import { manifestImages } from "../../src/core/manifest/images.ts";
import {
	type Injection,
	injectManifest,
} from "../../src/core/manifest/inject.ts";
import type { ManifestNote } from "../../src/core/manifest/note.ts";
import { noteWords } from "../../src/report/note-words.ts";

/** What inject makes of a file, with its warnings as a person reads them. */
export function injectedInWords(
	text: string,
	file: string,
	injection: Injection,
) {
	return inWords(injectManifest(text, file, injection));
}

/** The images of a file, likewise. */
export function imagesInWords(text: string, file: string) {
	return inWords(manifestImages(text, file));
}

function inWords<T extends { readonly warnings: readonly ManifestNote[] }>(
	found: T,
): Omit<T, "warnings"> & { readonly warnings: readonly string[] } {
	return {
		...found,
		warnings: found.warnings.map((note) => {
			const { message } = noteWords(note);
			return [message].flat().join("\n");
		}),
	};
}
