import { normaliseKey } from "../kubelet/keyring.ts";
import { type PullEntry, readEntries } from "../kubelet/secret-entries.ts";
import { displayKey, parseSchemeless, splitPort } from "../registry/url.ts";
import type { Content } from "./pull-secret.ts";

/** Why a kubelet gets nothing from a pull secret. Texts are one clause, quoting no credential. */
export type ContentFault =
	/** It fails every pull of every pod that names the Secret; `error` is the kubelet's. */
	| { readonly kind: "malformed"; readonly error: string }
	| { readonly kind: "empty" }
	/** None of its keys is one that an image's name can match. */
	| { readonly kind: "never-matches"; readonly keys: readonly string[] };

const known = new WeakMap<Content, ContentFault | "none">();

/** What is wrong with a content for kubelets; undefined where it can serve. Found out once for each content. */
export function contentFault(content: Content): ContentFault | undefined {
	const fault = known.get(content) ?? findFault(content) ?? "none";
	known.set(content, fault);
	return fault === "none" ? undefined : fault;
}

/** One clause about a fault. */
export function describeContentFault(fault: ContentFault): string {
	switch (fault.kind) {
		case "malformed":
			return `it cannot be read, which fails every pull of a pod that names it: ${fault.error}`;
		case "empty":
			return "it holds no credentials";
		case "never-matches":
			return `no image's name matches ${fault.keys.map(displayKey).join(", ")}: a host has a dot or a port`;
	}
}

/** The entries of a content as kubelets see them; none where it is malformed. */
export function entriesOf(content: Content): ReadonlyMap<string, PullEntry> {
	const reading = read(content);
	return reading.ok ? reading.entries : new Map();
}

/** Whether an image's name can match a key: a host without dot and port would be read as a folder of Docker Hub. */
export function canMatch(key: string): boolean {
	const normalised = normaliseKey(key);
	const url =
		normalised === undefined ? undefined : parseSchemeless(normalised);
	if (url === undefined || url.host === "") return false;
	const { name, port } = splitPort(url.host);
	if (name.startsWith("[")) return false;
	if (!/^[a-z0-9._/-]*$/.test(url.path)) return false;
	// Letter case makes a host of a single word, too: `Reg/app` is at `Reg`.
	return port !== "" || name === "localhost" || /[.*A-Z]/.test(name);
}

function findFault(content: Content): ContentFault | undefined {
	const reading = read(content);
	if (!reading.ok) return { kind: "malformed", error: reading.error };
	const keys = [...reading.entries.keys()];
	if (keys.length === 0) return { kind: "empty" };
	return keys.some(canMatch) ? undefined : { kind: "never-matches", keys };
}

function read({ data }: Content) {
	return data === ""
		? { ok: true as const, entries: new Map<string, PullEntry>() }
		: readEntries(
				"kubernetes.io/dockerconfigjson",
				Buffer.from(data, "base64").toString("utf8"),
			);
}
