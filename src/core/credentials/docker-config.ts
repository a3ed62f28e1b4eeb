import { Credential } from "./credential.ts";

/** One registry and what it is entered with. */
export interface RegistryEntry {
	/** The key in `auths`. */
	readonly key: string;
	readonly credential: Credential;
}

/** A value of `auths`, as it stands: other tools write further fields. */
export type AuthFields = Readonly<Record<string, unknown>>;

/** What `.dockerconfigjson` holds, or why it holds nothing usable (one clause, quoting no content). */
export type DockerConfig =
	| { readonly ok: true; readonly auths: ReadonlyMap<string, AuthFields> }
	| { readonly ok: false; readonly problem: string };

/**
 * The value of an `auths` entry, with `auth` as well as username and password:
 * podman and skopeo read only `auth`, docker reads both.
 */
export function authFields(credential: Credential): AuthFields {
	return {
		username: credential.username,
		password: credential.reveal(),
		auth: credential.basic(),
	};
}

/** The text of a docker config with these entries, in their order. */
export function dockerConfigText(
	auths: Iterable<readonly [string, AuthFields]>,
): string {
	return JSON.stringify({ auths: Object.fromEntries(auths) });
}

/** Reads a docker config's `auths`. Never throws, and never quotes content. */
export function parseDockerConfig(text: string): DockerConfig {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch {
		return { ok: false, problem: "it is not JSON" };
	}
	if (!isRecord(parsed))
		return { ok: false, problem: "it is not a JSON object" };
	const auths = parsed.auths;
	if (auths === undefined) return { ok: false, problem: "it has no auths" };
	if (!isRecord(auths))
		return { ok: false, problem: "auths is not a JSON object" };
	const entries = new Map<string, AuthFields>();
	for (const [key, fields] of Object.entries(auths)) {
		if (!isRecord(fields))
			return { ok: false, problem: "an entry of auths is not a JSON object" };
		entries.set(key, fields);
	}
	return { ok: true, auths: entries };
}

/**
 * The credential that an entry carries: a non-empty `auth` wins over username and
 * password, as in a kubelet and in docker. undefined where there is none to read.
 */
export function credentialOf(fields: AuthFields): Credential | undefined {
	const { auth, username, password } = fields;
	if (typeof auth === "string" && auth !== "") {
		const decoded = Buffer.from(auth, "base64").toString("utf8");
		const colon = decoded.indexOf(":");
		return colon < 0
			? undefined
			: new Credential(decoded.slice(0, colon), decoded.slice(colon + 1));
	}
	if (typeof username !== "string" && typeof password !== "string")
		return undefined;
	return new Credential(
		typeof username === "string" ? username : "",
		typeof password === "string" ? password : "",
	);
}

/**
 * One string for everything that counts as equal: the parsed `auths` with sorted
 * keys. Content that does not parse equals only itself.
 */
export function canonicalContent(text: string): string {
	const config = parseDockerConfig(text);
	return config.ok
		? sortedJson(Object.fromEntries(config.auths))
		: `malformed ${text}`;
}

function sortedJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
	if (!isRecord(value)) return JSON.stringify(value) ?? "null";
	const members = Object.keys(value)
		.sort()
		.map((key) => `${JSON.stringify(key)}:${sortedJson(value[key])}`);
	return `{${members.join(",")}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
