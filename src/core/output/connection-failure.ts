import type { OperationError } from "../../errors.ts";
import type { Causes, Faults, None } from "../cases.ts";

/**
 * Why a kubeconfig leads to no API server, or no credentials for one are to be had; report/ words it. No
 * field holds a token, a password, a key or what a plugin printed. What the API server itself answers is
 * an ApiError, and that nobody answered a ConnectionError.
 */
export type ConnectionFailure = Causes<{
	"kubeconfig-invalid": { path: string; fault: KubeconfigFault };
	/** A flag or another entry names it. */
	"kubeconfig-entry-missing": {
		kind: EntryKind;
		name: string;
		known: readonly string[];
	};
	/** Fields and flags of which there may be one. */
	"kubeconfig-cluster-contradictory": {
		cluster: string;
		because: "insecure-and-authority" | "two-authorities";
	};
	"kubeconfig-user-unusable": { user: string; fault: UserFault };
	/** The address has a scheme or a form that leads nowhere. `server`: without user information. */
	"server-invalid": { server: string };
	"token-file-empty": { path: string };
	"exec-plugin-failed": { fault: ExecPluginFault };
	"oidc-failed": { fault: OidcFault };
	/** `issuer`: its address's scheme, host and port. `error`: ours, or the system's code or words. */
	"issuer-unreachable": { issuer: string; error: OperationError | string };
	"issuer-answer-too-large": { issuer: string };
}>;

type EntryKind = "context" | "cluster" | "user";

/** Why a file is no kubeconfig: the place, never the value there, which may be a credential. */
export type KubeconfigFault = Faults<{
	/** `line` undefined: the parser does not say. */
	"not-yaml": { line: number | undefined };
	/** A known field has another type. */
	"wrong-type": {
		/** Names and, behind that of a list, an index, from the outside in; none: the whole. */
		field: readonly (string | number)[];
		/** The entry that the field is in; undefined: the file. */
		in: { readonly kind: EntryKind; readonly name: string } | undefined;
		wanted: FieldType;
	};
	"wrong-value": { field: "apiVersion" | "kind"; wanted: string };
	"duplicate-name": { list: "clusters" | "users" | "contexts"; name: string };
}>;

/** What a field of a kubeconfig has to be. */
export type FieldType = "string" | "flag" | "strings" | "mapping" | "list";

/** Why a user of a kubeconfig, with what flags say, cannot be used. */
export type UserFault = Faults<{
	/** The field, and the one with `-data` behind its name. */
	"file-and-data": { field: "client-certificate" | "client-key" };
	"exec-version": { version: string; known: readonly string[] };
	"exec-interactive-mode": { mode: string };
	"auth-provider-gone": { name: string };
	"impersonates-nobody": None;
	"two-methods": None;
	"no-client-key": None;
	"exec-and-auth-provider": None;
	"exec-without-command": None;
	"exec-without-interactive-mode": None;
}>;

/** Why an exec plugin gave no credential. `command`: as the kubeconfig names it. */
export type ExecPluginFault = Faults<{
	/** It has to ask, and nobody can be asked. */
	"no-terminal": None;
	/** `hint`: the kubeconfig's words on one line, or "". */
	"not-found": { command: string; hint: string };
	/** `text`: the system's words. */
	"not-run": { text: string };
	exited: { command: string; code: number | null };
	killed: { command: string; signal: string };
	/** `got`: what the plugin says, shortened. */
	"another-version": { wanted: string; got: string };
	"output-too-large": { command: string };
	"not-json": { command: string };
	"another-kind": { command: string };
	"no-time": { command: string };
	"no-status": None;
	"certificate-or-key-alone": None;
	"no-credential": None;
}>;

/** Why an OIDC issuer gave no token. */
export type OidcFault =
	| { readonly is: "expired" | "no-id-token" | "not-a-jwt" }
	/** What kept it from being asked. */
	| { readonly is: "not-asked"; readonly error: OperationError }
	/** `text`: the library's words about what the issuer answered, or about its address. */
	| { readonly is: "refused"; readonly text: string };
