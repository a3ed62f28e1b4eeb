import type { Causes, None } from "../cases.ts";
import type { CredentialFault, StoredFault } from "./credential-fault.ts";
import type { EntryProblem } from "./entry-problem.ts";
import type { FileFault } from "./file-fault.ts";
import type { Script } from "./shell.ts";

/**
 * Why what a command was given, or looks at, cannot be worked with; report/ words it. No field holds a
 * password, a token or a part of one.
 */
export type InputFailure = Causes<{
	// A credential that was entered, stored or given by a provider.
	/** It is text, and has a character that it must not have. */
	"password-refused": { flag: string; fault: CredentialFault };
	/** The provider gave one that has expired already. `key`: as in `auths`. */
	"credential-expired": { provider: string; key: string };
	/** An entry of a Secret that is read. */
	"credential-unusable": {
		secret: Place;
		key: string;
		problem: StoredFault;
	};
	/** A docker config, of which no registry was named to look up. */
	"docker-config-empty": None;
	/** The nodes of a kind cluster cannot use it. `problem` undefined: it holds no credentials itself. */
	"docker-config-unusable": {
		path: string;
		problem: FileFault | undefined;
		script: Script | undefined;
	};
	"registries-unselected": None;
	"password-invalid": { flag: string; problem: FileFault };
	/** `path`: of the file; undefined: standard input. */
	"jwt-invalid": { path: string | undefined; problem: FileFault };
	"json-key-invalid": { path: string; problem: FileFault };
	// A Secret that is read.
	/** It is no pull Secret. `type`: "" where it says none. */
	"secret-type": { secret: Place; type: string };
	/** `to`: be taken from, or be written as a docker config. */
	"secret-unreadable": {
		secret: Place;
		to: "take" | "export";
		problem: FileFault;
	};
	/** Kubelets fail every pull with it. `from`: what to call it, `NAMESPACE/NAME`; `error`: as kubelets word it. */
	"secret-malformed": {
		from: string;
		error: string;
		/** It is we who cannot look at so much. */
		overfull?: true;
		script: Script | undefined;
	};
	/** None of its entries can stand in a docker config; why, of those that have something wrong. */
	"export-empty": { secret: Place; problems: readonly EntryProblem[] };
	"secret-empty": { secret: Place };
	/** There is no registry in a source to give a new credential for. */
	"source-empty": { source: Place; script: Script | undefined };
	// Manifest files, and the images that they and pods name.
	"manifests-missing": { path: string; recursive: boolean };
	"manifest-encoding": {
		file: string;
		/** What it began as. */
		encoding: "UTF-8" | "UTF-16";
	};
	/** `problem`: the parser's words, that quote nothing of the file. */
	"manifest-invalid": { at: ManifestPlace; problem: string };
	"manifest-too-deep": { at: ManifestPlace };
	"manifest-too-large": { at: ManifestPlace };
	/** It is written too unusually. `because`: a noun with its article. */
	"manifest-uneditable": { at: ManifestPlace; because: string };
	/** Its `imagePullSecrets` are something else. */
	"pull-secrets-not-a-list": { at: ManifestPlace };
	"image-invalid": {
		/** Free text. */
		image: string;
		/** In distribution's words. */
		because: string;
		/** What names it; `object`: `KIND/NAME`. */
		in?:
			| ManifestPlace
			| { readonly object: string; readonly namespace: string };
	};
	/** Pods there name more images than are kept. */
	"images-too-many": { namespaces: readonly string[] };
	// What was named is not there.
	"context-unknown": { name: string; known: readonly string[] };
	/** A glob means none. */
	"contexts-unmatched": { glob: string; known: readonly string[] };
	"mesh-missing": {
		/** What people call the mesh. */
		title: string;
		namespace: string;
	};
	/** A workload has none. */
	"pods-missing": {
		kind: string;
		name: string;
		namespace: string;
	};
	/** A pod or a service account references more, or more in them, than is read. */
	"too-many-pull-secrets": {
		namespace: string;
		count: number;
		most: number;
	};
	/** Neither a source nor a copy. */
	"pull-secret-missing": { secret: Place; script: Script | undefined };
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
