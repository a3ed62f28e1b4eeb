import type { Causes } from "../cases.ts";
import type { ManifestPlace } from "../output/input-failure.ts";

/** An object of a manifest, as the file has it: free text. */
export interface ManifestSubject {
	/** "" where it says none. */
	readonly kind: string;
	/** "" where it has none. */
	readonly name: string;
}

/** Where pull Secrets stand that no Kubernetes reads there. */
export type Misplacement =
	| { readonly in: "container"; readonly name: string }
	/** The path of what is around the pod's spec; "" is the object itself. */
	| { readonly in: "object"; readonly path: string };

/** What a person should know of a manifest file; report/ words it. */
export type ManifestNote = Causes<{
	"key-repeated": {
		at: ManifestPlace;
		/** Free text. */
		key: string;
	};
	/** So many more of them. */
	"keys-repeated": { file: string; more: number };
	"pull-secrets-misplaced": {
		at: ManifestPlace;
		of: ManifestSubject;
		where: Misplacement;
		/** The path of the pod's spec, where they belong. */
		path: string;
		/** `stays`: nobody asked to move them. */
		then: "stays" | "moved" | "unmovable";
	};
	/** Of an unknown kind. */
	"pod-spec-by-shape": {
		at: ManifestPlace;
		of: ManifestSubject;
		path: string;
	};
	/** Of an unknown kind, whose controller makes pods in a way of its own. */
	"containers-of-its-own": { at: ManifestPlace; of: ManifestSubject };
	/** kubectl's parser stops after a JSON object. */
	"unread-behind-json": { at: ManifestPlace };
	/** Istio's injector fills it in. */
	"image-filled-in": { at: ManifestPlace };
	"pod-spec-missing": { at: ManifestPlace; of: ManifestSubject };
	"containers-missing": { at: ManifestPlace; of: ManifestSubject };
}>;
