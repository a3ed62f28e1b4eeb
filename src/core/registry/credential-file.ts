import { Credential } from "../credentials/credential.ts";
import { readDockerConfig } from "../credentials/docker-config.ts";
import { encodingFault, withoutMark } from "../credentials/encoding.ts";
import {
	type AuthEntry,
	type StoredEntry,
	sameField,
	storedCredential,
	storedToken,
	unusable,
} from "../credentials/entry.ts";
import {
	type GoMember,
	type GoValue,
	parseGoJson,
} from "../credentials/go-json.ts";
import type { Env } from "../env.ts";
import type { FileFault } from "../output/file-fault.ts";
import {
	DOCKER_HUB_KEY,
	type RegistryServer,
	registryNamed,
	registryOf,
} from "./server.ts";
import { splitPath } from "./url.ts";

/**
 * What docker and podman keep: `config.json` and `auth.json`.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export interface CredentialFile {
	/** As written: `host`, `https://host/v1/`, podman's `host/namespace`. */
	readonly auths: ReadonlyMap<string, AuthEntry>;
	/** The helper of a registry, by the registry as written. */
	readonly credHelpers: ReadonlyMap<string, string>;
	/** The helper of all others; "" where there is none. */
	readonly credsStore: string;
}

/** Where a file says that a registry's credential is. */
export type StoredLookup =
	| (StoredEntry & {
			/** The entry it is under, as written; undefined where the file has none. */
			readonly entry?: string;
	  })
	| {
			readonly found: "helper";
			/** `NAME` of the program `docker-credential-NAME`. */
			readonly helper: string;
			/** What to ask it for, in this order, until it knows one. */
			readonly servers: readonly string[];
			/** What the file itself holds, for when the helper has nothing. */
			readonly otherwise: Exclude<StoredLookup, { found: "helper" }>;
	  };

/**
 * The paths where credentials may be kept, the first that knows a registry wins: podman's, then docker's. A user may
 * have no home, and on Windows has no number.
 */
export function credentialFilePaths(
	env: Env,
	home: string | undefined,
	userId: number | undefined,
): string[] {
	const runtime = env.XDG_RUNTIME_DIR
		? `${env.XDG_RUNTIME_DIR}/containers/auth.json`
		: userId !== undefined && `/run/containers/${userId}/auth.json`;
	return [
		env.REGISTRY_AUTH_FILE || undefined,
		runtime,
		within(
			env.XDG_CONFIG_HOME || within(home, ".config"),
			"containers/auth.json",
		),
		within(env.DOCKER_CONFIG || within(home, ".docker"), "config.json"),
	].filter((path) => typeof path === "string");
}

function within(folder: string | undefined, path: string): string | undefined {
	return folder === undefined ? undefined : [folder, path].join("/");
}

/**
 * Reads a file, or says why it is none. Unknown fields are other tools' business, and an entry that is at fault is
 * one alone. Never throws, never quotes.
 */
export function readCredentialFile(
	content: Uint8Array,
): CredentialFile | FileFault {
	const encoding = encodingFault(content);
	if (encoding !== undefined) return encoding;
	const { text, marked } = withoutMark(Buffer.from(content).toString("utf8"));
	// docker does not read such a file either.
	if (marked) return "byte-order-mark";
	// docker takes a file without content for one without credentials.
	if (text.trim() === "")
		return { auths: new Map(), credHelpers: new Map(), credsStore: "" };
	const document = parseGoJson(text);
	if (!document.ok) return textOfAnotherKind(text) ?? "not-json";
	if (document.value.kind !== "object") return "not-object";
	const { members } = document.value;
	const config = readDockerConfig(text);
	if (!config.ok) return "auths-not-object";
	const credHelpers = new Map<string, string>();
	let credsStore = "";
	for (const [name, value] of members) {
		if (value.kind === "null") continue;
		if (sameField(name, "credsstore")) {
			if (value.kind !== "string") return "creds-store-not-text";
			credsStore = value.text;
		}
		if (!sameField(name, "credhelpers")) continue;
		if (value.kind !== "object") return "cred-helpers-not-object";
		for (const [key, helper] of value.members) {
			if (helper.kind !== "string") return "cred-helper-not-text";
			credHelpers.set(key, helper.text);
		}
	}
	const known = ["auths", "credsstore", "credhelpers"];
	if (
		!members.some(([name]) => known.some((field) => sameField(name, field)))
	) {
		const other =
			textOf(members, "type") === "service_account"
				? "json-key"
				: somethingElse(members);
		if (other !== undefined) return other;
	}
	return { auths: config.auths, credHelpers, credsStore };
}

/** What a text is that is no JSON, and was given for a docker config; undefined where nobody knows. */
function textOfAnotherKind(text: string): FileFault | undefined {
	if (isEncodedJson(text)) return "encoded-json";
	if (/^\s*-----BEGIN /.test(text)) return "pem";
	if (/^\s*<(?:!doctype|html|\?xml)\b/i.test(text)) return "web-page";
	if (/^\s*eyJ[\w-]*\.[\w-]+\.[\w-]+\s*$/.test(text)) return "token";
	if (!/^apiVersion:/m.test(text)) return undefined;
	return /^kind:\s*["']?Secret\b/m.test(text)
		? "secret"
		: /^kind:/m.test(text)
			? "object"
			: undefined;
}

/** Whether a text is base64 of a JSON object: what a Secret's data key holds, not decoded, or encoded once too often. */
export function isEncodedJson(text: string): boolean {
	const encoded = text.replace(/\s/g, "");
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false;
	const inner = Buffer.from(encoded, "base64").toString("utf8");
	const document = inner.trimStart().startsWith("{") && parseGoJson(inner);
	return document !== false && document.ok;
}

/** What a text is that was given for a password or a key, and is a file of another kind; undefined where it may be one. */
export function fileOfAnotherKind(text: string): FileFault | undefined {
	if (!text.trimStart().startsWith("{")) return undefined;
	const document = parseGoJson(text);
	if (!document.ok || document.value.kind !== "object") return undefined;
	const { members } = document.value;
	return members.some(
		([name, value]) =>
			value.kind === "object" &&
			(sameField(name, "auths") || sameField(name, "credhelpers")),
	)
		? "docker-config"
		: somethingElse(members);
}

/** What a JSON object is that has nothing of a docker config; undefined where it may be an empty one. */
function somethingElse(members: readonly GoMember[]): FileFault | undefined {
	const text = (field: string) => textOf(members, field);
	if (text("kind") === "Secret") return "secret";
	if (text("kind") !== "" && text("apiVersion") !== "") return "object";
	if (members.some(([name]) => name === "authorizationData"))
		return "ecr-answer";
	const looksLikeEntry = (value: GoValue): boolean =>
		value.kind === "object" &&
		value.members.some(([name]) =>
			["auth", "username", "password"].some((field) => sameField(name, field)),
		);
	return members.some(([, value]) => looksLikeEntry(value))
		? "dockercfg"
		: undefined;
}

function textOf(members: readonly GoMember[], field: string): string {
	const value = members.find(([name]) => name === field)?.[1];
	return value?.kind === "string" ? value.text : "";
}

/**
 * What a file names, each once, as an argument that means it: whole registries by their key, podman's
 * narrower entries (`host/namespace`) as written.
 */
export function registriesIn(file: CredentialFile): string[] {
	const names = namesIn(file).map(
		(name) => registryNamed(name) ?? (isNarrower(name) ? name : undefined),
	);
	return [...new Set(names.filter((name) => name !== undefined))];
}

/** Every registry or part of one that a file has something for, as written. */
export function namesIn(file: CredentialFile): string[] {
	return [...new Set([...file.auths.keys(), ...file.credHelpers.keys()])];
}

/** Entries of a registry's that are narrower than it: `host/namespace`. */
export function narrowerThan(file: CredentialFile, key: string): string[] {
	return [...file.auths.keys()].filter(
		(name) => isNarrower(name) && registryNamed(splitPath(name).host) === key,
	);
}

/**
 * What a file says of a registry: an entry that is spelled as the argument is that entry, narrower
 * or not; else `credHelpers` beats `credsStore` beats `auths`, for whatever counts as the registry.
 */
export function lookUp(
	file: CredentialFile,
	{ key, spelled }: Pick<RegistryServer, "key" | "spelled">,
): StoredLookup {
	const narrow = isNarrower(spelled) ? file.auths.get(spelled) : undefined;
	const own = narrow?.stored(key) ?? { found: "nothing" };
	if (own.found !== "nothing") return { ...own, entry: spelled };
	const name = file.auths.has(key)
		? key
		: [...file.auths.keys()].find((each) => registryNamed(each) === key);
	const entry = name === undefined ? undefined : file.auths.get(name);
	const otherwise =
		name !== undefined && entry
			? { ...entry.stored(key), entry: name }
			: { found: "nothing" as const };
	const helper =
		[...file.credHelpers].find(([host]) => registryNamed(host) === key)?.[1] ??
		file.credsStore;
	if (helper === "") return otherwise;
	// The name comes from a file and becomes a program's: it must not be a path.
	if (!isHelperName(helper)) return unusable({ is: "helper-name" });
	return {
		found: "helper",
		helper,
		servers: [...(narrow ? [spelled] : []), ...serversOf(key)],
		otherwise,
	};
}

/** Whether a text is the NAME of `docker-credential-NAME`, and no path. */
export function isHelperName(text: string): boolean {
	return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);
}

/** The names under which a registry's credential may be kept, most usual first. */
export function serversOf(key: string): string[] {
	return key === DOCKER_HUB_KEY
		? [DOCKER_HUB_KEY, "index.docker.io", "docker.io"]
		: [key, `https://${key}`];
}

/**
 * podman's `host/namespace`, which is for a part of a registry. Below `/v1/` and `/v2/` there is none to a kubelet, and
 * docker keeps its own tokens of Docker Hub there (https://github.com/docker/cli/blob/master/internal/oauth/manager/manager.go).
 */
function isNarrower(name: string): boolean {
	const { host, path } = splitPath(name);
	return (
		registryNamed(name) === undefined &&
		registryNamed(host) !== undefined &&
		/^(?!\/v[12]\/)(?:\/[\w.-]+)+$/.test(path)
	);
}

/** What a helper printed for the registry with this key: `{"ServerURL","Username","Secret"}`, of which docker reads the first value. */
export function readHelperAnswer(text: string, key: string): StoredEntry {
	const answer = parseGoJson(text, "first");
	if (!answer.ok) return unusable({ is: "not-json" });
	if (answer.value.kind !== "object") return unusable({ is: "not-object" });
	const user = saidIn(answer.value, "username");
	const secret = saidIn(answer.value, "secret");
	if (user === undefined || secret === undefined)
		return unusable({ is: "no-login" });
	// Documented at https://github.com/docker/docker-credential-helpers#development
	if (user === "<token>") return storedToken(secret, key);
	return user === "" && secret === ""
		? { found: "nothing" }
		: storedCredential(new Credential(user, secret));
}

/** A text in a helper's answer as docker reads it: its name, here in lower case, in any; of several the last. */
function saidIn(answer: GoValue, field: string): string | undefined {
	if (answer.kind !== "object") return undefined;
	const [, value] =
		answer.members.findLast(
			([name, { kind }]) => kind !== "null" && sameField(name, field),
		) ?? [];
	return value?.kind === "string" ? value.text : undefined;
}

/**
 * Whether a helper's answer says that it is for another registry than the one with this key. docker does not look;
 * what renews a pull secret by itself has to. No name, or one of no host, says nothing.
 */
export function isForAnother(text: string, key: string): boolean {
	const answer = parseGoJson(text, "first");
	const server = answer.ok ? saidIn(answer.value, "serverurl") : undefined;
	if (server === undefined || !/[.:]/.test(server)) return false;
	const named = registryOf(server);
	return named !== undefined && named !== registryOf(key);
}
