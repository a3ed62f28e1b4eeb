import { authFault, decodeAuth } from "../credentials/auth-field.ts";
import { Credential } from "../credentials/credential.ts";
import type { AuthFields } from "../credentials/docker-config.ts";
import { DOCKER_HUB_KEY, registryNamed } from "./server.ts";

/**
 * What docker and podman keep: `config.json` and `auth.json`.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export interface CredentialFile {
	/** As written: `host`, `https://host/v1/`, podman's `host/namespace`. */
	readonly auths: ReadonlyMap<string, AuthFields>;
	/** The helper of a registry, by the registry as written. */
	readonly credHelpers: ReadonlyMap<string, string>;
	/** The helper of all others; "" where there is none. */
	readonly credsStore: string;
}

export type CredentialFileReading =
	| { readonly ok: true; readonly file: CredentialFile }
	/** One clause that quotes nothing. */
	| { readonly ok: false; readonly problem: string };

/** Where a file says that a registry's credential is. */
export type StoredLookup =
	| { readonly found: "credential"; readonly credential: Credential }
	| {
			readonly found: "helper";
			/** `NAME` of the program `docker-credential-NAME`. */
			readonly helper: string;
			/** What to ask it for, in this order, until it knows one. */
			readonly servers: readonly string[];
			/** What the file itself holds, for when the helper has nothing. */
			readonly otherwise: Exclude<StoredLookup, { found: "helper" }>;
	  }
	/** There is something, and a pull Secret cannot carry it; `problem` is a clause that quotes nothing. */
	| { readonly found: "unusable"; readonly problem: string }
	| { readonly found: "nothing" };

/** The paths where credentials may be kept, the first that knows a registry wins: podman's, then docker's. */
export function credentialFilePaths(
	env: Readonly<Record<string, string | undefined>>,
	home: string,
	userId: number | undefined,
): string[] {
	const runtime =
		env.XDG_RUNTIME_DIR ||
		(userId === undefined ? undefined : `/run/containers/${userId}`);
	const config = env.XDG_CONFIG_HOME || `${home}/.config`;
	return [
		...(env.REGISTRY_AUTH_FILE ? [env.REGISTRY_AUTH_FILE] : []),
		...(runtime === undefined
			? []
			: [
					env.XDG_RUNTIME_DIR
						? `${runtime}/containers/auth.json`
						: `${runtime}/auth.json`,
				]),
		`${config}/containers/auth.json`,
		`${env.DOCKER_CONFIG || `${home}/.docker`}/config.json`,
	];
}

/** Reads a file's text. Unknown fields are other tools' business. Never throws, never quotes. */
export function readCredentialFile(text: string): CredentialFileReading {
	const no = (problem: string): CredentialFileReading => ({
		ok: false,
		problem,
	});
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch {
		return no("it is not JSON");
	}
	if (!isRecord(parsed)) return no("it is not a JSON object");
	const { auths = {}, credHelpers = {}, credsStore = "" } = parsed;
	if (!isRecord(auths)) return no("auths is not a JSON object");
	if (!isRecord(credHelpers)) return no("credHelpers is not a JSON object");
	if (typeof credsStore !== "string") return no("credsStore is not a text");
	const entries = new Map<string, AuthFields>();
	for (const [key, fields] of Object.entries(auths)) {
		if (!isRecord(fields)) return no("an entry of auths is not a JSON object");
		entries.set(key, fields);
	}
	const helpers = new Map<string, string>();
	for (const [key, helper] of Object.entries(credHelpers)) {
		if (typeof helper !== "string")
			return no("an entry of credHelpers is not a text");
		helpers.set(key, helper);
	}
	return {
		ok: true,
		file: { auths: entries, credHelpers: helpers, credsStore },
	};
}

/** The registries that a file names, as keys of a pull Secret, each once; podman's narrower entries are left out. */
export function registriesIn(file: CredentialFile): string[] {
	const keys = [...file.auths.keys(), ...file.credHelpers.keys()].map(
		registryNamed,
	);
	return [...new Set(keys.filter((key) => key !== undefined))];
}

/** What a file says of the registry with this key: `credHelpers` beats `credsStore` beats `auths`. */
export function lookUp(file: CredentialFile, key: string): StoredLookup {
	const entry = entryOf(file, key);
	const otherwise = entry ? credentialIn(entry) : { found: "nothing" as const };
	const own = [...file.credHelpers].find(
		([name]) => registryNamed(name) === key,
	);
	const helper = own ? own[1] : file.credsStore;
	if (helper === "") return otherwise;
	// The name comes from a file and becomes a program's: it must not be a path.
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(helper))
		return {
			found: "unusable",
			problem: "its credential helper's name is not one of a program",
		};
	return { found: "helper", helper, servers: serversOf(key), otherwise };
}

/** The names under which a registry's credential may be kept, most usual first. */
function serversOf(key: string): string[] {
	return key === DOCKER_HUB_KEY
		? [DOCKER_HUB_KEY, "index.docker.io", "docker.io"]
		: [key, `https://${key}`];
}

function entryOf(file: CredentialFile, key: string): AuthFields | undefined {
	const exact = file.auths.get(key);
	if (exact !== undefined) return exact;
	for (const [name, fields] of file.auths)
		if (registryNamed(name) === key) return fields;
	return undefined;
}

const NO_TOKEN =
	"it is an identity token, which a pull Secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin";

/** The credential of one entry of `auths`. */
function credentialIn(
	fields: AuthFields,
): Exclude<StoredLookup, { found: "helper" }> {
	const no = (problem: string) => ({ found: "unusable" as const, problem });
	const read = (name: string): string | undefined => {
		const value = fields[name] ?? "";
		return typeof value === "string" ? value : undefined;
	};
	const auth = read("auth");
	const username = read("username");
	const password = read("password");
	const token = read("identitytoken") || read("registrytoken");
	if (auth === undefined || username === undefined || password === undefined)
		return no("auth, username and password must be texts");
	if (token) return no(NO_TOKEN);
	if (auth === "" && username === "" && password === "")
		return { found: "nothing" };
	if (auth === "") return checked(new Credential(username, password));
	const fault = authFault(auth);
	if (fault !== undefined) return no(`its auth cannot be used: ${fault}`);
	const credential = decodeAuth(auth);
	const differs =
		(username !== "" && username !== credential.username) ||
		(password !== "" && password !== credential.reveal());
	return differs
		? no(
				"its auth differs from its username and password, so which is right cannot be known: log in again",
			)
		: checked(credential);
}

/** What a helper printed: `{"ServerURL","Username","Secret"}`. */
export function readHelperAnswer(
	text: string,
): Exclude<StoredLookup, { found: "helper" }> {
	const no = (problem: string) => ({ found: "unusable" as const, problem });
	let answer: unknown;
	try {
		answer = JSON.parse(text);
	} catch {
		return no("it did not answer in JSON");
	}
	if (!isRecord(answer)) return no("it did not answer with a JSON object");
	const { Username: user, Secret: secret } = answer;
	if (typeof user !== "string" || typeof secret !== "string")
		return no("its answer has no Username or no Secret");
	// Documented at https://github.com/docker/docker-credential-helpers#development
	if (user === "<token>") return no(NO_TOKEN);
	return user === "" && secret === ""
		? { found: "nothing" }
		: checked(new Credential(user, secret));
}

function checked(
	credential: Credential,
): Exclude<StoredLookup, { found: "helper" }> {
	if (credential.username === "" || credential.reveal() === "")
		return { found: "unusable", problem: "it has no user or no password" };
	return credential.username.includes(":")
		? { found: "unusable", problem: "its user name holds a colon" }
		: { found: "credential", credential };
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
