import type { StoredFault } from "../output/credential-fault.ts";
import { withoutLast } from "../output/printable.ts";
import { authFault, decodeAuth } from "./auth-field.ts";
import { Credential, displayUsername } from "./credential.ts";
import { credentialFault } from "./credential-rules.ts";
import type { GoValue } from "./go-json.ts";

/**
 * One entry of `auths`, the only place that reads one. Names of fields are compared as Go does,
 * without regard to letter case and the last of several counting; null is as if it were not there.
 * Who reads it strictly how: a kubelet takes `auth`, else user and password, byte by byte; docker
 * and podman take the same, but trim NULs from the password in `auth`, and know tokens besides.
 */
export class AuthEntry {
	/** As it stands: what is not changed is written back so. */
	readonly json: string;
	readonly #kind: GoValue["kind"];
	readonly #fields: Readonly<Fields>;
	/** Fields of ours that held something else than text, each once, in their order. */
	readonly #mistyped: readonly Mistyped[];

	constructor(value: GoValue, json: string) {
		let fields: Fields | undefined;
		let mistyped: Mistyped[] | undefined;
		for (const [name, member] of value.kind === "object" ? value.members : []) {
			const field = FIELDS.find((known) => sameField(name, known));
			if (field === undefined || member.kind === "null") continue;
			if (member.kind === "string") {
				fields ??= { ...NO_FIELDS };
				fields[field] = member.text;
			} else if (!mistyped?.some((other) => other.field === field)) {
				mistyped ??= [];
				mistyped.push({ field, kind: member.kind });
			}
		}
		this.json = json;
		this.#kind = value.kind;
		// A megabyte may have 90,000 entries, with nothing in them.
		this.#fields = fields ?? NO_FIELDS;
		this.#mistyped = mistyped ?? NONE;
	}

	/** Why a kubelet cannot read it, which fails the whole Secret; undefined where it can. */
	get fault(): EntryFault | undefined {
		if (this.#kind !== "object" && this.#kind !== "null")
			return { kind: this.#kind };
		const mistyped = this.#mistyped.find(({ field }) =>
			KUBELET_FIELDS.has(field),
		);
		if (mistyped) return mistyped;
		const error = authFault(this.#fields.auth);
		return error === undefined ? undefined : { error };
	}

	/**
	 * What a kubelet sends to the registry, which may be an empty credential; only to be asked for
	 * where there is no `fault`. Decoded on demand: a Secret may hold thousands that match nothing.
	 */
	credential(): Credential {
		const { username, password, auth } = this.#fields;
		return auth === "" ? new Credential(username, password) : decodeAuth(auth);
	}

	/** It has an identity or registry token, which kubelets pass over. */
	get hasToken(): boolean {
		const { identitytoken, registrytoken } = this.#fields;
		return identitytoken !== "" || registrytoken !== "";
	}

	/** Whether `auth` says something else than the username or password beside it: kubelets and podman read auth, people the others. */
	get disagrees(): boolean {
		const { username, password, auth } = this.#fields;
		if (auth === "" || this.fault) return false;
		const said = trimmed(decodeAuth(auth));
		return (
			(username !== "" && username !== said.username) ||
			(password !== "" && password !== said.reveal())
		);
	}

	/** What all programs are meant to send for it: as a kubelet, but without NULs around the password, which docker and podman trim. Undefined where it cannot be read or has no password. */
	credentialForAll(): Credential | undefined {
		if (this.fault) return undefined;
		const credential = trimmed(this.credential());
		return credential.username === "" || credential.reveal() === ""
			? undefined
			: credential;
	}

	/** The credential as docker and podman use it, to be written elsewhere; `key`: of the registry. */
	stored(key: string): StoredEntry {
		if (this.#kind !== "object" && this.#kind !== "null")
			return unusable({ is: "entry-not-object" });
		if (this.#mistyped.some(({ field }) => field !== "email"))
			return unusable({ is: "fields-not-text" });
		if (this.hasToken) return storedToken(this.#fields.identitytoken, key);
		const { auth } = this.#fields;
		const error = authFault(auth);
		if (error !== undefined) return unusable({ is: "auth-invalid", error });
		const credential =
			auth === "" ? this.credential() : trimmed(decodeAuth(auth));
		if (credential.isEmpty) return { found: "nothing" };
		if (this.disagrees) return unusable({ is: "auth-differs" });
		return storedCredential(credential);
	}
}

/** What a kubelet sends for an entry; undefined where it cannot read it, or there is nothing in it. */
export function credentialOf(entry: AuthEntry): Credential | undefined {
	if (entry.fault) return undefined;
	const credential = entry.credential();
	return credential.isEmpty ? undefined : credential;
}

/** The user of an entry as it may be shown; "" where there is none that can be read. */
export function displayUser(entry: AuthEntry): string {
	return displayUsername(credentialOf(entry)?.username ?? "");
}

/** A credential that is stored, if a pull secret can carry it. */
export function storedCredential(credential: Credential): StoredEntry {
	const fault = credentialFault(credential);
	return fault === undefined
		? { found: "credential", credential }
		: unusable({ is: "credential", fault });
}

/** What is stored, and no pull secret can carry. */
export function unusable(problem: StoredFault) {
	return { found: "unusable", problem } as const;
}

/**
 * An identity token that is stored: a pull secret can carry Azure's, which is a password of a user of its own.
 * https://learn.microsoft.com/azure/container-registry/container-registry-authentication#az-acr-login-with---expose-token
 */
export function storedToken(token: string, key: string): StoredEntry {
	return token !== "" &&
		/^(?:https:\/\/)?[\w.-]+\.azurecr\.(?:io|cn|de|us)(?:\/|$)/.test(key)
		? storedCredential(
				new Credential("00000000-0000-0000-0000-000000000000", token),
			)
		: unusable({ is: "identity-token" });
}

/** What a program that keeps credentials has for a registry. */
export type StoredEntry =
	| { readonly found: "credential"; readonly credential: Credential }
	/** There is something, and a pull secret cannot carry it. */
	| { readonly found: "unusable"; readonly problem: StoredFault }
	| { readonly found: "nothing" };

/** Why a kubelet cannot read an entry: it is no object, a field is no text, or its `auth` cannot be decoded (in the kubelet's words). */
export type EntryFault =
	| { readonly kind: GoValue["kind"] }
	| Mistyped
	| { readonly error: string };

interface Mistyped {
	readonly field: Field;
	readonly kind: GoValue["kind"];
}

const NONE: readonly Mistyped[] = [];
const NO_FIELDS = {
	username: "",
	password: "",
	email: "",
	auth: "",
	identitytoken: "",
	registrytoken: "",
};

type Fields = typeof NO_FIELDS;
type Field = keyof Fields;

const FIELDS = Object.keys(NO_FIELDS) as Field[];

/** Those that a kubelet decodes; others may hold anything. */
const KUBELET_FIELDS: ReadonlySet<Field> = new Set([
	"username",
	"password",
	"email",
	"auth",
]);

/** Go compares the names of fields without regard to case; U+017F is the one letter that JavaScript folds otherwise. `field` is in lower case. */
export function sameField(name: string, field: string): boolean {
	return (
		name === field ||
		(name.length === field.length &&
			name.replaceAll("\u017f", "s").toLowerCase() === field)
	);
}

/** As docker and podman do: https://github.com/docker/cli/blob/master/cli/config/configfile/file.go (decodeAuth). */
function trimmed(credential: Credential): Credential {
	const password = credential.reveal();
	if (!credential.isText || !password.includes("\0")) return credential;
	const begun = password.replace(/^\0+/, "");
	return new Credential(credential.username, withoutLast(begun, "\0"));
}
