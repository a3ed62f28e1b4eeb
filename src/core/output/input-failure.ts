import type { PasswordFault, StoredFault } from "./credential-fault.ts";
import type { EntryProblem } from "./entry-problem.ts";
import type {
	DockerConfigFault,
	EncodingFault,
	FileKind,
	JsonKeyFault,
	JwtFault,
} from "./file-fault.ts";
import type { Script } from "./shell.ts";

/**
 * Why what a command was given, or looks at, cannot be worked with; report/ words it. No field holds a
 * password, a token or a part of one.
 */
export type InputFailure =
	| CredentialFailure
	| SecretFailure
	| ManifestFailure
	| AbsenceFailure;

interface Place {
	readonly namespace: string;
	readonly name: string;
}

/** A credential that was entered, stored or given by a provider. */
export type CredentialFailure =
	| ({
			readonly cause: "password-invalid";
			/** Where it was given. */
			readonly flag: string;
	  } & (
			| { readonly is: "encoding"; readonly problem: EncodingFault }
			| { readonly is: "another-kind"; readonly problem: FileKind }
	  ))
	/** It is text, and has a character that it must not have. */
	| {
			readonly cause: "password-refused";
			readonly flag: string;
			readonly fault: PasswordFault;
	  }
	| ({
			readonly cause: "jwt-invalid";
			readonly flag: string;
			/** The path of the file; undefined: standard input. */
			readonly path: string | undefined;
	  } & (
			| { readonly is: "no-jwt"; readonly problem: JwtFault }
			| { readonly is: "another-kind"; readonly problem: FileKind }
	  ))
	| ({
			readonly cause: "json-key-invalid";
			readonly path: string;
	  } & (
			| { readonly is: "encoding"; readonly problem: EncodingFault }
			| { readonly is: "no-key"; readonly problem: JsonKeyFault | FileKind }
	  ))
	/** The provider gave one that has expired already. `key`: as in `auths`. */
	| {
			readonly cause: "credential-expired";
			readonly provider: string;
			readonly key: string;
	  }
	/** An entry of a Secret that is read. */
	| {
			readonly cause: "credential-unusable";
			readonly secret: Place;
			readonly key: string;
			readonly problem: StoredFault;
	  }
	/** A docker config, of which no registry was named to look up. */
	| { readonly cause: "docker-config-empty" }
	/** The nodes of a kind cluster cannot use it. `problem` undefined: it holds no credentials itself. */
	| {
			readonly cause: "docker-config-unusable";
			readonly path: string;
			readonly problem: DockerConfigFault | undefined;
			/** What writes one. */
			readonly script: Script | undefined;
	  }
	/** The person picked none. */
	| { readonly cause: "registries-unselected" };

/** The content of a Secret that is read. */
export type SecretFailure =
	/** It is no pull Secret. `type`: "" where it says none. */
	| {
			readonly cause: "secret-type";
			readonly secret: Place;
			readonly type: string;
	  }
	/** `to`: be taken from, or be written as a docker config. */
	| {
			readonly cause: "secret-unreadable";
			readonly secret: Place;
			readonly to: "take" | "export";
			readonly problem: DockerConfigFault;
	  }
	/** Kubelets fail every pull with it. `from`: what to call it, `NAMESPACE/NAME`; `error`: as kubelets word it. */
	| {
			readonly cause: "secret-malformed";
			readonly from: string;
			readonly error: string;
			/** What says more. */
			readonly script: Script | undefined;
	  }
	/** None of its entries can stand in a docker config; why, of those that have something wrong. */
	| {
			readonly cause: "export-empty";
			readonly secret: Place;
			readonly problems: readonly EntryProblem[];
	  }
	/** It holds no credentials. */
	| { readonly cause: "secret-empty"; readonly secret: Place }
	/** There is no registry in a source to give a new credential for. */
	| {
			readonly cause: "source-empty";
			readonly source: Place;
			/** What adds one. */
			readonly script: Script | undefined;
	  };

/** A place in a manifest file; lines count from 1. */
interface Line {
	readonly file: string;
	readonly line: number;
}

/** Manifest files, and the images that they and pods name. */
export type ManifestFailure =
	/** A directory has none. */
	| {
			readonly cause: "manifests-missing";
			readonly path: string;
			/** Its subdirectories were looked into. */
			readonly recursive: boolean;
	  }
	| {
			readonly cause: "manifest-encoding";
			readonly file: string;
			/** What it began as. */
			readonly encoding: "UTF-8" | "UTF-16";
	  }
	/** `problem`: the parser's words, that quote nothing of the file. */
	| {
			readonly cause: "manifest-invalid";
			readonly at: Line;
			readonly form: string;
			readonly problem: string;
	  }
	| { readonly cause: "manifest-too-deep"; readonly at: Line }
	/** It is written too unusually. `because`: a noun with its article. */
	| {
			readonly cause: "manifest-uneditable";
			readonly at: Line;
			readonly because: string;
	  }
	/** Its `imagePullSecrets` are something else. */
	| { readonly cause: "pull-secrets-not-a-list"; readonly at: Line }
	| {
			readonly cause: "image-invalid";
			/** Free text. */
			readonly image: string;
			/** In distribution's words. */
			readonly because: string;
			/** What names it; `object`: `KIND/NAME`. */
			readonly in?:
				| Line
				| { readonly object: string; readonly namespace: string };
	  };

/** What was named is not there. */
export type AbsenceFailure =
	| {
			readonly cause: "context-unknown";
			readonly name: string;
			/** Those that there are. */
			readonly known: readonly string[];
	  }
	/** A glob means none. */
	| { readonly cause: "contexts-unmatched"; readonly glob: string }
	| {
			readonly cause: "mesh-missing";
			/** What people call the mesh. */
			readonly title: string;
			readonly namespace: string;
	  }
	/** A workload has none. */
	| {
			readonly cause: "pods-missing";
			readonly kind: string;
			readonly name: string;
			readonly namespace: string;
	  }
	/** Neither a source nor a copy. */
	| {
			readonly cause: "pull-secret-missing";
			readonly secret: Place;
			/** What shows those that there are. */
			readonly script: Script | undefined;
	  };
