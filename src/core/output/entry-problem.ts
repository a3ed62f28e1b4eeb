import type { CredentialFault } from "./credential-fault.ts";

/** What is wrong with one entry of a pull secret, for a person. */
export type EntryProblem = {
	/** As written in `auths`. */
	readonly key: string;
} & (
	| { readonly kind: "malformed"; readonly error: string }
	/** Nothing is in it, or nothing but what kubelets pass over; it matches all the same, and fails. */
	| {
			readonly kind: "empty";
			/** `token-alone`: an identity token, which kubelets do not read, and nothing else. */
			readonly because: CredentialFault | "token-alone";
	  }
	/** A control character, a byte order mark, no text at all. */
	| { readonly kind: "bad-characters"; readonly because: CredentialFault }
	/** `auth` says something else than what stands beside it. */
	| { readonly kind: "auth-differs" }
	| { readonly kind: "key"; readonly because: KeyProblem }
);

/** Why no image's name, or none that people write, matches a key. */
export type KeyProblem =
	| "white-space"
	| "scheme"
	| "single-word"
	| "docker-hub-name"
	| "unusable";
