import type { Faults, None } from "../cases.ts";
/** Why a token realm may not have the credential; hosts are as URLs write them, `host[:port]`. */
export type RealmFault = Faults<{
	/** It is no http or https URL, or none at all. */
	"no-address": None;
	/** A user or a password stands in it. */
	"user-information": None;
	/** By http; `allowable`: the user may allow it with --registry-insecure. */
	unencrypted: { host: string; allowable: boolean };
	/** At a private address that is not the registry's own. */
	private: { host: string };
}>;

/** Why nobody logs in to a registry; `status` is that of the refusal. */
export type LoginFault =
	| RealmFault
	/** It refuses, and names no way to log in. */
	| { readonly is: "no-challenge"; readonly status: number }
	/** It names none but what container runtimes do not know. */
	| { readonly is: "unknown-scheme"; readonly status: number };

/** What a token server answers instead of a token, a refusal or nothing. */
export type TokenServerFault = {
	/** Its host and port. */
	readonly host: string;
} /** `to`: where the credential was not sent; text from outside, on one line and without the credential. */ & (
	| { readonly is: "redirect"; readonly to: string }
	/** `words`: its own, on one line and without the credential; "" where it had none. */
	| { readonly is: "status"; readonly status: number; readonly words: string }
	| { readonly is: "no-token" }
);
