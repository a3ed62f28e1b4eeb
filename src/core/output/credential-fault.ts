/**
 * What is, or may be, wrong with a credential. `password-begins-byte-order-mark`: it stands first, as editors write
 * it; `empty`: neither a user nor a password; `not-text`: it is not UTF-8.
 */
export type CredentialFault =
	| "username-empty"
	| "username-colon"
	| "username-byte-order-mark"
	| "username-control-character"
	| "password-empty"
	| "password-begins-byte-order-mark"
	| "password-byte-order-mark"
	| "password-nul"
	| "password-line-end"
	| "password-lines"
	| "password-control-character"
	// Of a password that a registry rejects, and people take for right.
	| "password-invisible-character"
	| "password-white-space"
	| "empty"
	| "not-text";

/** Why a pull secret cannot carry what a docker config, a credential helper or a provider has for a registry. */
export type StoredFault =
	| { readonly is: "credential"; readonly fault: CredentialFault }
	/** An entry of `auths`: it is no object, or a field of it no text; `auth` differs from what stands beside it. */
	| { readonly is: "entry-not-object" | "fields-not-text" | "auth-differs" }
	/** `error`: why its `auth` cannot be decoded, in the kubelet's words, which quote nothing. */
	| { readonly is: "auth-invalid"; readonly error: string }
	/** It is a token for docker itself. */
	| { readonly is: "identity-token" }
	/** The name of a credential helper is no program's. */
	| { readonly is: "helper-name" }
	/** The answer of a credential helper. */
	| { readonly is: "not-json" | "not-object" | "no-login" }
	/** A helper that has nothing; Amazon's answer without a token. */
	| { readonly is: "empty" | "no-token" }
	/** The answer of a kubelet's plugin: of another kind, without a credential, `auth` no object, for other registries. */
	| {
			readonly is:
				| "not-a-response"
				| "no-credential"
				| "auth-not-object"
				| "other-registries";
	  }
	| ProgramFault;

/** `words`: those of the program that failed, on one line; "" where it had none. `ended`: its exit status, or the signal that ended it. */
export interface ProgramFault {
	readonly is: "failed";
	readonly words: string;
	readonly ended: number | NodeJS.Signals;
}
