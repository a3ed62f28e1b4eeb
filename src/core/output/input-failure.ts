import type { Causes, None } from "../cases.ts";
import type { CredentialFault, StoredFault } from "./credential-fault.ts";
import type { EntryProblem } from "./entry-problem.ts";
import type { FileFault } from "./file-fault.ts";
import type { Remedy } from "./shell.ts";

/**
 * Why what a command was given, or looks at, cannot be worked with; report/ words it. No field holds a
 * password, a token or a part of one.
 */
export type InputFailure = Causes<{
	// A credential that was entered, stored or given by a provider. `key`: as in `auths`.
	"password-refused": { flag: string; fault: CredentialFault };
	"credential-expired": { provider: string; key: string };
	"credential-unusable": { secret: Place; key: string; problem: StoredFault };
	"docker-config-empty": None;
	/** The nodes of a kind cluster cannot use it. `problem` undefined: it holds no credentials itself. */
	"docker-config-unusable": {
		path: string;
		problem: FileFault | undefined;
		script: Remedy;
	};
	"registries-unselected": None;
	"password-invalid": { flag: string; problem: FileFault };
	/** `path`: of the file; undefined: standard input. */
	"jwt-invalid": { path: string | undefined; problem: FileFault };
	"json-key-invalid": { path: string; problem: FileFault };
	// A Secret that is read.
	/** `type`: "" where it says none. */
	"secret-type": { secret: Place; type: string };
	/** `to`: be taken from, or be written as a docker config. */
	"secret-unreadable": {
		secret: Place;
		to: "take" | "export";
		problem: FileFault;
	};
	/** `from`: `NAMESPACE/NAME`; `error`: as kubelets word it; `overfull`: it is we who cannot look at so much. */
	"secret-malformed": {
		from: string;
		error: string;
		overfull?: true;
		script: Remedy;
	};
	/** None of its entries can stand in a docker config; `problems`: of those that have something wrong. */
	"export-empty": { secret: Place; problems: readonly EntryProblem[] };
	"secret-empty": { secret: Place };
	"source-empty": { source: Place; script: Remedy };
	// Manifest files, and the images that they and pods name.
	"manifests-missing": { path: string; recursive: boolean };
	/** `encoding`: what it began as. */
	"manifest-encoding": { file: string; encoding: "UTF-8" | "UTF-16" };
	/** `problem`: the parser's words, that quote nothing of the file. */
	"manifest-invalid": { at: ManifestPlace; problem: string };
	"manifest-too-deep": { at: ManifestPlace };
	"manifest-too-large": { at: ManifestPlace };
	/** It is written too unusually. `because`: a noun with its article. */
	"manifest-uneditable": { at: ManifestPlace; because: string };
	"pull-secrets-not-a-list": { at: ManifestPlace };
	/** `image`: free text; `because`: in distribution's words; `in`: what names it, `object` as `KIND/NAME`. */
	"image-invalid": {
		image: string;
		because: string;
		in?: ManifestPlace | Readonly<Record<"object" | "namespace", string>>;
	};
	/** Pods there name more images than are kept. */
	"images-too-many": { namespaces: readonly string[] };
	// What was named is not there.
	"context-unknown": { name: string; known: readonly string[] };
	"contexts-unmatched": { glob: string; known: readonly string[] };
	/** `title`: what people call the mesh. */
	"mesh-missing": { title: string; namespace: string };
	/** A workload has none. */
	"pods-missing": Place & { kind: string };
	/** A pod or a service account references more, or more in them, than is read. */
	"too-many-pull-secrets": { namespace: string; count: number; most: number };
	/** Neither a source nor a copy. */
	"pull-secret-missing": { secret: Place; script: Remedy };
}>;

/** Of an object in a namespace. */
export interface Place {
	readonly namespace: string;
	readonly name: string;
}

/** A place in a manifest file; lines count from 1. */
export interface ManifestPlace {
	readonly file: string;
	readonly line: number;
}
