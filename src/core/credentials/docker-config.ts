import type { FileFault } from "../output/file-fault.ts";
import { rememberedLately } from "../remembered.ts";
import type { Credential } from "./credential.ts";
import { AuthEntry, type EntryFault, sameField } from "./entry.ts";
import { type GoValue, parseGoJson } from "./go-json.ts";

/** A value of `auths` that is written: what podman and skopeo read (`auth`), and what docker reads besides. */
export type AuthFields = Readonly<Record<string, string>>;

/**
 * What a docker config holds, as Go's encoding/json reads it, which kubelets, docker and podman are
 * written with.
 */
export type DockerConfig =
	| {
			readonly ok: true;
			/** By key, as written. */
			readonly auths: ReadonlyMap<string, AuthEntry>;
			/** Why a kubelet cannot read it all the same; it fails every pull of a pod that references it. */
			readonly fault?: ConfigFault;
	  }
	| {
			readonly ok: false;
			readonly problem: FileFault;
			/** In the kubelet's words, which quote no content. */
			readonly error: string;
	  };

/** `key`: of the entry that is at fault; absent where none is. */
interface ConfigFault {
	readonly error: string;
	readonly key?: string;
}

/** `auths` in an object, or entries and nothing else: `.dockerconfigjson`, and the older `.dockercfg`. */
type ConfigForm = "dockerconfigjson" | "dockercfg";

/** The value of an `auths` entry, with all that some program reads; `auth` alone for what is no text. */
export function authFields(credential: Credential): AuthFields {
	const auth = credential.basic();
	return credential.isText
		? { username: credential.username, password: credential.reveal(), auth }
		: { auth };
}

/** The text of a docker config with these entries, in their order; those that were read stay as they stood. */
export function dockerConfigText(
	auths: Iterable<readonly [string, AuthFields | AuthEntry]>,
): string {
	const members = [...auths].map(
		([key, entry]) =>
			`${JSON.stringify(key)}:${entry instanceof AuthEntry ? entry.json : JSON.stringify(entry)}`,
	);
	return `{"auths":{${members.join(",")}}}`;
}

/** Reads a docker config, and remembers those that it read last. Never throws, whatever the text and its nesting. */
export function readDockerConfig(
	text: string,
	form: ConfigForm = "dockerconfigjson",
): DockerConfig {
	return READERS[form](text);
}

/** About what is kept in bytes, of each form; a megabyte may have 90,000 entries. */
const MOST_KEPT = 12 << 20;
const OF_A_CONFIG = 500;
const OF_AN_ENTRY = 200;

const reader = (form: ConfigForm) =>
	rememberedLately<string, DockerConfig>(
		MOST_KEPT,
		(config, { length }) =>
			length + OF_A_CONFIG + (config.ok ? OF_AN_ENTRY * config.auths.size : 0),
		(text) => readText(text, form),
	);

const READERS: Readonly<Record<ConfigForm, (text: string) => DockerConfig>> = {
	dockerconfigjson: reader("dockerconfigjson"),
	dockercfg: reader("dockercfg"),
};

/**
 * One string for everything that counts as equal: entry by entry, what a kubelet sends to the
 * registry. Content that it cannot read equals only what is written alike.
 */
export function canonicalContent(config: DockerConfig, text: string): string {
	if (!config.ok) return `malformed ${text}`;
	const entries = [...config.auths]
		.map(([key, entry]) => [
			key,
			...(entry.fault
				? ["malformed", entry.json]
				: [entry.credential().username, entry.credential().basic()]),
		])
		.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
	const fault = config.fault?.key === undefined ? config.fault?.error : "";
	return JSON.stringify([entries, fault ?? ""]);
}

const PACKAGE = "credentialprovider";

/** Reads a document, in the order and with the errors of Go. */
function readText(text: string, form: ConfigForm): DockerConfig {
	const document = parseGoJson(text);
	if (!document.ok)
		return { ok: false, problem: "not-json", error: document.error };
	const { value } = document;
	let auths = new Map<string, AuthEntry>();
	/** The first field of a wrong type; Go reads on and reports it at the end. */
	let mistyped: string | undefined;
	/** What is wrong with the first bad entry, which ends Go's reading. */
	let broken: ConfigFault | undefined;
	/** There is nothing to read entries from. */
	let problem: FileFault | undefined;
	const mismatch = ({ kind }: GoValue, into: string): void => {
		mistyped ??= cannotUnmarshal(kind, into);
	};
	/** Repeated `auths` add up; null empties them. */
	const readAuths = (from: GoValue, into: string): void => {
		if (from.kind === "null") auths = new Map();
		else if (from.kind === "object")
			for (const [key, member, start, end] of from.members) {
				const entry = new AuthEntry(member, text.slice(start, end));
				auths.set(key, entry);
				if (entry.fault)
					broken ??= { error: entryFaultInGoWords(entry.fault, form), key };
			}
		else {
			problem ??= "auths-not-object";
			mismatch(from, into);
		}
	};
	/** Not used for pulling, but of a wrong type it fails the whole. */
	const readHeaders = (from: GoValue): void => {
		const field = "struct field DockerConfigJSON.HttpHeaders of type";
		if (from.kind === "object") {
			for (const [, header] of from.members)
				if (header.kind !== "string" && header.kind !== "null")
					mismatch(header, `${field} string`);
		} else if (from.kind !== "null")
			mismatch(from, `${field} map[string]string`);
	};
	if (value.kind !== "object" && value.kind !== "null") problem = "not-object";
	if (form === "dockercfg")
		readAuths(value, `value of type ${PACKAGE}.DockerConfig`);
	else if (value.kind === "object")
		for (const [name, member] of value.members) {
			if (sameField(name, "auths"))
				readAuths(
					member,
					`struct field DockerConfigJSON.auths of type ${PACKAGE}.DockerConfig`,
				);
			if (sameField(name, "httpheaders")) readHeaders(member);
		}
	else if (value.kind !== "null")
		mismatch(value, `value of type ${PACKAGE}.DockerConfigJSON`);
	const error = broken?.error ?? mistyped;
	if (problem !== undefined) return { ok: false, problem, error: error ?? "" };
	const fault = broken ?? (error === undefined ? undefined : { error });
	return { ok: true, auths, ...(fault && { fault }) };
}

/** Why a kubelet cannot read an entry, in its own words. */
export function entryFaultInGoWords(
	fault: EntryFault,
	form: ConfigForm = "dockerconfigjson",
): string {
	if ("error" in fault) return fault.error;
	const within =
		form === "dockercfg" ? undefined : "struct field DockerConfigJSON.auths";
	return "field" in fault
		? cannotUnmarshal(
				fault.kind,
				`${within ?? "struct field dockerConfigEntryWithAuth"}.${fault.field} of type string`,
			)
		: cannotUnmarshal(
				fault.kind,
				`${within ?? "value"} of type ${PACKAGE}.dockerConfigEntryWithAuth`,
			);
}

function cannotUnmarshal(kind: GoValue["kind"], into: string): string {
	return `json: cannot unmarshal ${kind} into Go ${into}`;
}
