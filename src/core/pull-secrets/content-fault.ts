import { credentialFault } from "../credentials/credential-rules.ts";
import { entryFaultInGoWords } from "../credentials/docker-config.ts";
import type { AuthEntry } from "../credentials/entry.ts";
import { DOCKER_HUB, normaliseKey } from "../kubelet/keyring.ts";
import type { EntryProblem, KeyProblem } from "../output/entry-problem.ts";
import { isEncodedJson } from "../registry/credential-file.ts";
import { DOCKER_HUB_SITES } from "../registry/server.ts";
import { parseSchemeless, splitPort } from "../registry/url.ts";
import { rememberedLately } from "../remembered.ts";
import { authsIn, type Content } from "./pull-secret.ts";

/** Why a kubelet gets nothing from a pull secret. Texts are one clause, quoting no credential. */
export type ContentFault =
	/** It fails every pull of every pod that references the Secret; `error` is the kubelet's. */
	| {
			readonly kind: "malformed";
			readonly error: string;
			/** The entries that are at fault; none where nothing can be read at all. */
			readonly keys: readonly string[];
			/** Others are good. */
			readonly others: boolean;
			/** It is base64 once more: a docker config that was encoded twice. */
			readonly twice: boolean;
	  }
	| { readonly kind: "empty" }
	/** None of its keys is one that an image's name can match. */
	| { readonly kind: "never-matches"; readonly keys: readonly string[] };

/** Keys of faults that are kept: a megabyte that somebody wrote may have 90,000. */
const MOST_KEPT = 20_000;

/** What is wrong with a content for kubelets; undefined where it can serve. Found out once for each of those asked about last. */
export const contentFault = rememberedLately(
	MOST_KEPT,
	(fault) =>
		1 + (fault !== undefined && "keys" in fault ? fault.keys.length : 0),
	findFault,
);

/** Why copies of a content would break pulls, or take a credential away: what is there stays; undefined where it may be copied. */
export function copyFault(
	content: Content,
): Exclude<ContentFault, { kind: "never-matches" }> | undefined {
	const fault = contentFault(content);
	return fault?.kind === "never-matches" ? undefined : fault;
}

/** What is wrong with the entries of a content, one by one; none where they cannot be told apart. */
export function entryProblems(content: Content): readonly EntryProblem[] {
	return [...authsIn(content)].flatMap(([key, entry]) =>
		problemsOf(key, entry),
	);
}

/** What is wrong with a key; undefined where images may match it. */
export function keyProblem(key: string): KeyProblem | undefined {
	if (/\s/.test(key)) return "white-space";
	const scheme = /^([a-z][a-z0-9+.-]{0,20}):\/\//i.exec(key)?.[1];
	if (scheme !== undefined && scheme !== "https" && scheme !== "http")
		return "scheme";
	const host = urlOf(key)?.host;
	if (host === undefined) return "unusable";
	if (DOCKER_HUB_SITES.has(host.toLowerCase())) return "docker-hub-name";
	if (canMatch(key)) return undefined;
	if (host === DOCKER_HUB) return "docker-hub-name";
	return /^[\w-]+$/.test(host) ? "single-word" : "unusable";
}

function urlOf(key: string) {
	const normalised = normaliseKey(key);
	return normalised === undefined ? undefined : parseSchemeless(normalised);
}

function problemsOf(key: string, entry: AuthEntry): EntryProblem[] {
	const problems: EntryProblem[] = [];
	const fault = entry.fault ? undefined : credentialFault(entry.credential());
	if (entry.fault)
		problems.push({
			key,
			kind: "malformed",
			error: entryFaultInGoWords(entry.fault),
		});
	else if (entry.credentialForAll() === undefined)
		problems.push({
			key,
			kind: "empty",
			because: entry.hasToken ? "token-alone" : (fault ?? "empty"),
		});
	else {
		if (entry.disagrees) problems.push({ key, kind: "auth-differs" });
		if (fault !== undefined)
			problems.push({ key, kind: "bad-characters", because: fault });
	}
	const because = keyProblem(key);
	if (because !== undefined) problems.push({ key, kind: "key", because });
	return problems;
}

/** The entries of a content as kubelets see them; none where it is malformed. */
export function entriesOf({ config }: Content): ReadonlyMap<string, AuthEntry> {
	return config.ok && !config.fault ? config.auths : new Map();
}

/** Whether an image's name can match a key: a host without dot and port would be read as a folder of Docker Hub. */
export function canMatch(key: string): boolean {
	const url = urlOf(key);
	if (url === undefined) return false;
	const { name, port } = splitPort(url.host);
	if (name.startsWith("[") || /^\.|\.$|\.\./.test(name)) return false;
	if (!/^(?:\/[a-z0-9._-]+)*\/?$/.test(url.path)) return false;
	// Images are at docker.io; for them kubelets look for this host alone, without a path.
	if (url.host === DOCKER_HUB) return url.path === "";
	// Letter case makes a host of a single word, too: `Reg/app` is at `Reg`.
	return port !== "" || name === "localhost" || /[.*A-Z]/.test(name);
}

function findFault({ config, data }: Content): ContentFault | undefined {
	if (!config.ok)
		return {
			kind: "malformed",
			error: config.error,
			keys: [],
			others: false,
			twice: isEncodedJson(Buffer.from(data, "base64").toString("utf8")),
		};
	const malformed = [...config.auths].filter(([, entry]) => entry.fault);
	if (config.fault)
		return {
			kind: "malformed",
			error: config.fault.error,
			keys: malformed.map(([key]) => key),
			others: malformed.length < config.auths.size,
			twice: false,
		};
	const keys = [...config.auths.keys()];
	if (keys.length === 0) return { kind: "empty" };
	return keys.some(canMatch) ? undefined : { kind: "never-matches", keys };
}
