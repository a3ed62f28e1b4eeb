import type { OperationError } from "../../errors.ts";

/**
 * Why a kubeconfig leads to no API server, or no credentials for one are to be had; report/ words it. No
 * field holds a token, a password, a key or what a plugin printed. What the API server itself answers is
 * an ApiError, and that nobody answered a ConnectionError.
 */
export type ConnectionFailure =
	| KubeconfigFailure
	/** The address has a scheme or a form that leads nowhere. `server`: without user information. */
	| { readonly cause: "server-invalid"; readonly server: string }
	/** Somebody else keeps the token fresh in it. */
	| { readonly cause: "token-file-empty"; readonly path: string }
	| { readonly cause: "exec-plugin-failed"; readonly fault: ExecPluginFault }
	| { readonly cause: "oidc-failed"; readonly fault: OidcFault }
	/** `issuer`: its address's scheme, host and port. `error`: ours, or the system's code or words. */
	| {
			readonly cause: "issuer-unreachable";
			readonly issuer: string;
			readonly error: OperationError | string;
	  }
	| { readonly cause: "issuer-answer-too-large"; readonly issuer: string };

type EntryKind = "context" | "cluster" | "user";

/** What is wrong in a kubeconfig. */
type KubeconfigFailure =
	| {
			readonly cause: "kubeconfig-invalid";
			readonly path: string;
			readonly fault: KubeconfigFault;
	  }
	/** A flag or another entry names it. */
	| {
			readonly cause: "kubeconfig-entry-missing";
			readonly kind: EntryKind;
			readonly name: string;
			/** Those that there are, sorted. */
			readonly known: readonly string[];
	  }
	/** Fields and flags of which there may be one. */
	| {
			readonly cause: "kubeconfig-cluster-contradictory";
			readonly cluster: string;
			readonly because: "insecure-and-authority" | "two-authorities";
	  }
	| {
			readonly cause: "kubeconfig-user-unusable";
			readonly user: string;
			readonly fault: UserFault;
	  };

/** Why a file is no kubeconfig: the place, never the value there, which may be a credential. */
export type KubeconfigFault =
	/** `line`: counted from 1; undefined: the parser does not say. */
	| { readonly is: "not-yaml"; readonly line: number | undefined }
	/** A known field has another type. */
	| {
			readonly is: "wrong-type";
			/** Names and, behind that of a list, an index, from the outside in; none: the whole. */
			readonly field: readonly (string | number)[];
			/** The entry that the field is in; undefined: the file. */
			readonly in:
				| { readonly kind: EntryKind; readonly name: string }
				| undefined;
			readonly wanted: FieldType;
	  }
	/** A field that has one value only, `wanted`, has another. */
	| {
			readonly is: "wrong-value";
			readonly field: "apiVersion" | "kind";
			readonly wanted: string;
	  }
	| {
			readonly is: "duplicate-name";
			readonly list: "clusters" | "users" | "contexts";
			readonly name: string;
	  };

/** What a field of a kubeconfig has to be. */
export type FieldType = "string" | "flag" | "strings" | "mapping" | "list";

/** Why a user of a kubeconfig, with what flags say, cannot be used. */
export type UserFault =
	| {
			readonly is:
				| "impersonates-nobody"
				| "two-methods"
				| "no-client-key"
				| "exec-and-auth-provider"
				| "exec-without-command"
				| "exec-without-interactive-mode";
	  }
	/** The field, and the one with `-data` behind its name. */
	| {
			readonly is: "file-and-data";
			readonly field: "client-certificate" | "client-key";
	  }
	| {
			readonly is: "exec-version";
			readonly version: string;
			readonly known: readonly string[];
	  }
	| { readonly is: "exec-interactive-mode"; readonly mode: string }
	| { readonly is: "auth-provider-gone"; readonly name: string };

/** Why an exec plugin gave no credential. `command`: as the kubeconfig names it. */
export type ExecPluginFault =
	/** It has to ask, and nobody can be asked. */
	| { readonly is: "no-terminal" }
	/** `hint`: the kubeconfig's words on one line, or "". */
	| {
			readonly is: "not-found";
			readonly command: string;
			readonly hint: string;
	  }
	/** `text`: the system's words. */
	| { readonly is: "not-run"; readonly text: string }
	| {
			readonly is: "output-too-large" | "not-json" | "another-kind";
			readonly command: string;
	  }
	| {
			readonly is: "exited";
			readonly command: string;
			readonly code: number | null;
	  }
	| {
			readonly is: "killed";
			readonly command: string;
			readonly signal: string;
	  }
	/** `got`: what the plugin says, shortened. */
	| {
			readonly is: "another-version";
			readonly wanted: string;
			readonly got: string;
	  }
	| {
			readonly is: "no-status" | "certificate-or-key-alone" | "no-credential";
	  };

/** Why an OIDC issuer gave no token. */
export type OidcFault =
	| { readonly is: "expired" | "no-id-token" | "not-a-jwt" }
	/** What kept it from being asked. */
	| { readonly is: "not-asked"; readonly error: OperationError }
	/** `text`: the library's words about what the issuer answered, or about its address. */
	| { readonly is: "refused"; readonly text: string };
