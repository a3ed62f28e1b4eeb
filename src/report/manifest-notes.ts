import type {
	ManifestNote,
	ManifestSubject,
	Misplacement,
} from "../core/manifest/note.ts";
import { counted } from "../core/output/counted.ts";
import type { ManifestPlace } from "../core/output/input-failure.ts";
import { claimedName, onOneLine } from "../core/output/printable.ts";
import type { Wording } from "./wording.ts";

/** About manifests, each with file and line. */
export const MANIFEST_WORDS: Wording<ManifestNote> = {
	"key-repeated": ({ at, key }) =>
		`${placeWords(at)}: the key ${JSON.stringify(onOneLine(key, 60))} is repeated in one mapping; kubectl uses the last one`,
	"keys-repeated": ({ file, more }) =>
		`${file}: ${counted(more, "more repeated key")}`,
	"pull-secrets-misplaced": ({ at, of, where, path, then }) => {
		const place = `${placeWords(at)}: ${subjectWords(of)}`;
		const what = `imagePullSecrets ${misplacementWords(where)} has no effect`;
		switch (then) {
			case "stays":
				return `${place}: ${what}; it belongs in ${path} (--fix moves it there)`;
			case "unmovable":
				return `${place}: ${what} and cannot be moved; move it to ${path} by hand`;
			case "moved":
				return `${place}: moved imagePullSecrets to ${path}`;
		}
	},
	"pod-spec-missing": ({ at, of }) =>
		`${placeWords(at)}: ${subjectWords(of)} has no pod spec; left unchanged`,
	"containers-missing": ({ at, of }) =>
		`${placeWords(at)}: ${subjectWords(of)} has no containers`,
	"pod-spec-by-shape": ({ at, of, path }) =>
		`${placeWords(at)}: ${subjectWords(of)}: unknown kind; ${path} looks like a pod's spec and is treated as one`,
	"containers-of-its-own": ({ at, of }) =>
		`${placeWords(at)}: ${subjectWords(of)}: unknown kind with containers, but no pod template; left unchanged`,
	"unread-behind-json": ({ at }) =>
		`${placeWords(at)}: kubectl ignores what follows a JSON object in one document; left unchanged`,
	"image-filled-in": ({ at }) =>
		`${placeWords(at)}: image "auto" is filled in by Istio's injector; left unchanged`,
};

/** `FILE:LINE`, as compilers and editors have it. */
function placeWords({ file, line }: ManifestPlace): string {
	return `${file}:${line}`;
}

function subjectWords({ kind, name }: ManifestSubject): string {
	const shown = claimedName(kind, 100);
	return name === "" ? shown : `${shown}/${claimedName(name, 100)}`;
}

function misplacementWords(where: Misplacement): string {
	if (where.in === "container")
		return `in container ${claimedName(where.name, 63)}`;
	return where.path === "" ? "at the top level" : `in ${where.path}`;
}
