/** A place in a manifest file; lines count from 1. */
export interface ManifestPlace {
	readonly file: string;
	readonly line: number;
}

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
export type ManifestNote =
	| {
			readonly cause: "key-repeated";
			readonly at: ManifestPlace;
			/** Free text. */
			readonly key: string;
	  }
	/** So many more of them. */
	| {
			readonly cause: "keys-repeated";
			readonly file: string;
			readonly more: number;
	  }
	| {
			readonly cause: "pull-secrets-misplaced";
			readonly at: ManifestPlace;
			readonly of: ManifestSubject;
			readonly where: Misplacement;
			/** The path of the pod's spec, where they belong. */
			readonly path: string;
			/** `stays`: nobody asked to move them. */
			readonly then: "stays" | "moved" | "unmovable";
	  }
	| {
			readonly cause: "pod-spec-missing" | "containers-missing";
			readonly at: ManifestPlace;
			readonly of: ManifestSubject;
	  }
	/** Of an unknown kind. */
	| {
			readonly cause: "pod-spec-by-shape";
			readonly at: ManifestPlace;
			readonly of: ManifestSubject;
			readonly path: string;
	  }
	/** Of an unknown kind, whose controller makes pods in a way of its own. */
	| {
			readonly cause: "containers-of-its-own";
			readonly at: ManifestPlace;
			readonly of: ManifestSubject;
	  }
	/** kubectl's parser stops after a JSON object. */
	| { readonly cause: "unread-behind-json"; readonly at: ManifestPlace }
	/** Istio's injector fills it in. */
	| { readonly cause: "image-filled-in"; readonly at: ManifestPlace };
