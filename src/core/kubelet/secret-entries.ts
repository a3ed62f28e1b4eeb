import { authFault, decodeAuth } from "../credentials/auth-field.ts";
import { Credential } from "../credentials/credential.ts";
import {
	type GoMember,
	type GoValue,
	parseGoJson,
} from "../credentials/go-json.ts";

/** The two types of Secret that a kubelet reads for pulling; it passes others over in silence. */
export const PULL_SECRET_DATA = {
	"kubernetes.io/dockerconfigjson": ".dockerconfigjson",
	"kubernetes.io/dockercfg": ".dockercfg",
} as const;

export type PullSecretType = keyof typeof PULL_SECRET_DATA;

/** A Secret's credentials by key, as written and in the order written, or the kubelet's own error. */
export type EntriesReading =
	| { readonly ok: true; readonly entries: ReadonlyMap<string, PullEntry> }
	| { readonly ok: false; readonly error: string };

/** An entry known to be well-formed. Decoded on demand: a Secret may hold thousands that match nothing. */
export class PullEntry {
	readonly #fields: Fields;

	constructor(fields: Fields) {
		this.#fields = fields;
	}

	/** A non-empty `auth` overrides user and password; without any of them both are empty. */
	credential(): Credential {
		const { username, password, auth } = this.#fields;
		return auth === "" ? new Credential(username, password) : decodeAuth(auth);
	}
}

type Fields = Record<(typeof FIELDS)[number], string>;

const PACKAGE = "credentialprovider";

export function isPullSecretType(type: string): type is PullSecretType {
	return Object.hasOwn(PULL_SECRET_DATA, type);
}

/**
 * Reads a pull Secret's text as a kubelet does: member names in any letter case, null for
 * nothing, other fields passed over, the first wrong one failing the whole. Never throws.
 */
export function readEntries(
	type: PullSecretType,
	text: string,
): EntriesReading {
	const document = parseGoJson(text);
	if (!document.ok) return document;
	const reader = new Reader(type === "kubernetes.io/dockercfg");
	reader.document(document.value);
	return reader.result();
}

class Reader {
	readonly #legacy: boolean;
	#entries = new Map<string, PullEntry>();
	/** The first field of a wrong type; Go reads on and reports it at the end. */
	#mistyped: string | undefined;
	/** A fault inside an entry, which ends the reading. */
	#broken: string | undefined;

	constructor(legacy: boolean) {
		this.#legacy = legacy;
	}

	result(): EntriesReading {
		const error = this.#broken ?? this.#mistyped;
		return error === undefined
			? { ok: true, entries: this.#entries }
			: { ok: false, error };
	}

	document(value: GoValue): void {
		if (this.#legacy)
			this.#auths(value, `value of type ${PACKAGE}.DockerConfig`);
		else if (value.kind === "object") this.#wrapper(value.members);
		else if (value.kind !== "null")
			this.#mismatch(value, `value of type ${PACKAGE}.DockerConfigJSON`);
	}

	#wrapper(members: readonly GoMember[]): void {
		for (const [name, member] of members) {
			if (sameField(name, "auths"))
				this.#auths(
					member,
					`struct field DockerConfigJSON.auths of type ${PACKAGE}.DockerConfig`,
				);
			if (sameField(name, "httpheaders")) this.#headers(member);
			if (this.#broken !== undefined) return;
		}
	}

	/** Repeated `auths` add up; null empties them. */
	#auths(value: GoValue, into: string): void {
		if (value.kind === "null") this.#entries = new Map();
		else if (value.kind !== "object") this.#mismatch(value, into);
		else
			for (const [key, entry] of value.members) {
				const reading = this.#entry(entry);
				if (typeof reading === "string") {
					this.#broken = reading;
					return;
				}
				this.#entries.set(key, reading);
			}
	}

	/** Not used for pulling, but of a wrong type it fails the whole all the same. */
	#headers(value: GoValue): void {
		const field = "struct field DockerConfigJSON.HttpHeaders of type";
		if (value.kind === "object") {
			for (const [, header] of value.members)
				if (header.kind !== "string" && header.kind !== "null")
					this.#mismatch(header, `${field} string`);
		} else if (value.kind !== "null")
			this.#mismatch(value, `${field} map[string]string`);
	}

	#mismatch(value: GoValue, into: string): void {
		this.#mistyped ??= cannotUnmarshal(value, into);
	}

	/** One entry, or what is wrong with it. */
	#entry(entry: GoValue): PullEntry | string {
		const within = this.#legacy
			? undefined
			: "struct field DockerConfigJSON.auths";
		const fields: Fields = { username: "", password: "", email: "", auth: "" };
		if (entry.kind === "null") return new PullEntry(fields);
		if (entry.kind !== "object")
			return cannotUnmarshal(
				entry,
				`${within ?? "value"} of type ${PACKAGE}.dockerConfigEntryWithAuth`,
			);
		let mistyped: string | undefined;
		for (const [name, value] of entry.members) {
			const field = fieldOf(name);
			if (field === undefined || value.kind === "null") continue;
			if (value.kind === "string") fields[field] = value.text;
			else
				mistyped ??= cannotUnmarshal(
					value,
					`${within ?? "struct field dockerConfigEntryWithAuth"}.${field} of type string`,
				);
		}
		return mistyped ?? authFault(fields.auth) ?? new PullEntry(fields);
	}
}

const FIELDS = ["username", "password", "email", "auth"] as const;
const BY_NAME: ReadonlyMap<string, (typeof FIELDS)[number]> = new Map(
	FIELDS.map((field) => [field, field]),
);

function fieldOf(name: string): (typeof FIELDS)[number] | undefined {
	return BY_NAME.get(name) ?? FIELDS.find((field) => sameField(name, field));
}

/** Go compares the names of fields without regard to case; U+017F is the one other letter that folds to ASCII here. */
function sameField(name: string, field: string): boolean {
	return (
		name === field ||
		(name.length === field.length &&
			name.replaceAll("\u017f", "s").toLowerCase() === field)
	);
}

function cannotUnmarshal({ kind }: GoValue, into: string): string {
	return `json: cannot unmarshal ${kind} into Go ${into}`;
}
