import {
	Credential,
	displayUsername,
	JSON_KEY_USERNAME,
} from "../../core/credentials/credential.ts";
import {
	isKeyUser,
	passwordFault,
} from "../../core/credentials/credential-rules.ts";
import {
	encodingFault,
	type FileNote,
	withoutMark,
} from "../../core/credentials/encoding.ts";
import {
	JSON_KEY_LIMIT,
	readJsonKey,
} from "../../core/credentials/json-key.ts";
import {
	isJwt,
	JWT_LIMIT,
	JWT_PASSWORD,
	readJwt,
} from "../../core/credentials/jwt.ts";
import { FailureError } from "../../core/output/failure.ts";
import {
	type Provider,
	providerName,
	renewalOf,
} from "../../core/pull-secrets/provider.ts";
import { fileOfAnotherKind } from "../../core/registry/credential-file.ts";
import {
	displayHost,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { OperationError, UsageError } from "../../errors.ts";
import { credentialFaultWords } from "../../report/credential-fault-words.ts";
import type { Prompter, World } from "../../world.ts";
import { tell } from "../tell.ts";
import {
	askJwt,
	askPassword,
	askServer,
	askUsername,
} from "./credential-questions.ts";
import type { EnteredCredential } from "./entered-credential.ts";
import { fetchCredentials } from "./fetch-credentials.ts";
import { type SecretToTake, takeFromSecret } from "./from-secret.ts";
import { readAuthorities, type Trust } from "./registry-trust.ts";

type SecretInput =
	| { readonly from: "flag"; readonly value: string }
	| { readonly from: "stdin" }
	| { readonly from: "file"; readonly path: string };

/** What the command line says of credentials; what it leaves out is asked at a terminal. */
export interface CredentialInput {
	/** Several only for stored credentials. */
	readonly servers: readonly RegistryServer[];
	/** Take what docker, podman or a credential helper stored; a path names the one file. */
	readonly stored?: { readonly path?: string } | undefined;
	readonly secret?: SecretToTake | undefined;
	/** Ask a provider, with a plugin's own arguments. */
	readonly provider?:
		| (Provider & { readonly args: readonly string[] })
		| undefined;
	readonly username?: string | undefined;
	/** The user until now: offered where it is asked for, kept where only the password is given. */
	readonly usual?: string | undefined;
	/** By `flag`; what stands on the command line has been checked already. */
	readonly password?: (SecretInput & { readonly flag: string }) | undefined;
	readonly keyPath?: string | undefined;
	/** A JWT that is the user name. */
	readonly jwt?: Exclude<SecretInput, { from: "flag" }> | undefined;
}

/**
 * The credentials that a command line means, entered or fetched. Throws UsageError with the flag that is missing where
 * nobody can be asked, FailureError for what cannot be taken, what a store, a provider or a cluster throws.
 */
export async function enterCredentials(
	input: CredentialInput,
	trust: Trust,
	world: World,
): Promise<EnteredCredential[]> {
	if (input.stored) return fetchCredentials(input.servers, input.stored, world);
	if (input.secret) return takeFromSecret(input.servers, input.secret, world);
	if (input.provider)
		return provided(input.servers, input.provider, trust, world);
	return [await enterCredential(input, world)];
}

/** What a provider gives; it is asked for one registry after the other. Throws FailureError for one that has expired already. */
async function provided(
	servers: readonly RegistryServer[],
	{ args, ...provider }: Provider & { readonly args: readonly string[] },
	trust: Trust,
	world: World,
): Promise<EnteredCredential[]> {
	if (servers.length === 0)
		throw new UsageError("--credential-from needs --registry-server");
	const name = providerName(provider);
	const ca = await readAuthorities(trust, world);
	const entered: EnteredCredential[] = [];
	for (const server of servers) {
		const { credential } = await world.provided(provider, args, server.key, ca);
		const now = world.clock.now();
		if (renewalOf(server.key, undefined, credential, now) === "expired")
			throw new FailureError({
				cause: "credential-expired",
				provider: name,
				key: server.key,
			});
		entered.push({
			server,
			credential,
			provider: name,
			asked: false,
			warnings: [],
		});
	}
	return entered;
}

/** Another credential for the same registry, after the first was rejected. */
export async function enterAgain(
	{ server, serverAsked = false, credential }: EnteredCredential,
	world: World,
): Promise<EnteredCredential> {
	const prompter = await world.prompter();
	const ask = async (): Promise<Read> => {
		if (credential.username === JSON_KEY_USERNAME)
			return askKeyFile(prompter, world);
		if (isJwt(credential.username)) return ofJwt(await askJwt(prompter));
		const username = await askUsername(prompter, credential.username);
		const password = await askPassword(prompter, username);
		return read(new Credential(username, password));
	};
	return {
		// What is to be known of it has been told.
		server: { ...server, warnings: [] },
		serverAsked,
		asked: true,
		...(await ask()),
	};
}

/** A credential, and what to know of the file that it stood in. */
type Read = Pick<EnteredCredential, "credential" | "warnings">;

function read(
	credential: Credential,
	warnings: readonly FileNote[] = [],
): Read {
	return { credential, warnings };
}

function ofJwt(jwt: string, warnings?: readonly FileNote[]): Read {
	return read(new Credential(jwt, JWT_PASSWORD), warnings);
}

/** The most that a password may weigh: a Secret takes 1 MiB in all. */
const PASSWORD_LIMIT = 256 * 1024;

/** Whom to ask for what a flag would have said. Throws UsageError, with the flag, where nobody can be asked. */
type Ask = (flag: string) => Promise<Prompter>;

/** Completes a credential from flags, files, standard input and, at a terminal, questions. */
async function enterCredential(
	input: CredentialInput,
	world: World,
): Promise<EnteredCredential> {
	let asked = false;
	const ask: Ask = async (flag) => {
		if (!world.streams.interactive)
			throw new UsageError(
				`${flag} is required: there is no terminal to ask at`,
				true,
			);
		asked = true;
		return world.prompter();
	};
	const server =
		input.servers[0] ?? (await askServer(await ask("--registry-server")));
	const entered = await enterFor(server, input, ask, world);
	return {
		server,
		serverAsked: input.servers.length === 0,
		asked,
		...entered,
	};
}

async function enterFor(
	server: RegistryServer,
	input: CredentialInput,
	ask: Ask,
	world: World,
): Promise<Read> {
	switch (await wayOf(input, server, ask, world)) {
		case "key":
			return input.keyPath === undefined
				? askKeyFile(await ask("--registry-key"), world)
				: readGivenKeyFile(input.keyPath, world);
		case "jwt":
			return input.jwt === undefined
				? ofJwt(await askJwt(await ask("--registry-jwt")))
				: readJwtInput(input.jwt, world);
		case "password":
			return enterPassword(input, ask, world);
	}
}

async function enterPassword(
	{ username: named, usual, password }: CredentialInput,
	ask: Ask,
	world: World,
): Promise<Read> {
	// Where only the password is new, the user stays, but for one that is itself the secret.
	const kept = isJwt(usual ?? "") ? undefined : usual;
	const missing =
		password !== undefined
			? "--registry-username"
			: kept === undefined
				? "--registry-username or --registry-key"
				: "--registry-password-stdin or --registry-key";
	const username =
		named ??
		(password && kept) ??
		(await askUsername(await ask(missing), usual));
	if (password !== undefined) return readPassword(password, username, world);
	const prompter = await ask("--registry-password-stdin");
	return read(new Credential(username, await askPassword(prompter, username)));
}

/** How the credential is given, asked for where no flag says it. */
async function wayOf(
	input: CredentialInput,
	server: RegistryServer,
	ask: Ask,
	{ streams }: World,
): Promise<"password" | "key" | "jwt"> {
	if (input.keyPath !== undefined) return "key";
	if (input.jwt !== undefined) return "jwt";
	if (
		input.username !== undefined ||
		input.password !== undefined ||
		!streams.interactive
	)
		return "password";
	const { usual } = input;
	// Whoever changes the way says so with a flag; a user that is itself the secret is asked for.
	if (usual && displayUsername(usual) === usual)
		return isKeyUser(usual) ? "key" : "password";
	return (await ask("--registry-username")).choose({
		message:
			input.servers.length === 0
				? "How do you authenticate?"
				: // Nothing has said yet which registry it is about.
					`How do you authenticate to ${displayHost(server.key)}?`,
		choices: [
			{ value: "password", label: "Username and password or token" },
			{ value: "key", label: "Service account JSON key file" },
			{ value: "jwt", label: "JWT as the username (NGINX's registry)" },
		],
	});
}

/** A password without the one line end that `echo` and editors add, and without a byte order mark. Throws for what is none. */
async function readPassword(
	input: SecretInput & { readonly flag: string },
	username: string,
	world: World,
): Promise<Read> {
	const { flag } = input;
	if (input.from === "flag") return read(new Credential(username, input.value));
	const bytes = await readSecret(input, flag, PASSWORD_LIMIT, world);
	const { text, marked } = withoutMark(bytes.toString("utf8"));
	const password = text.replace(/\r?\n$/, "");
	const problem =
		encodingFault(bytes) ??
		(isKeyUser(username) ? undefined : fileOfAnotherKind(password));
	if (problem !== undefined)
		throw new FailureError({ cause: "password-invalid", flag, problem });
	const fault = passwordFault(password, username);
	if (password === "")
		throw new UsageError(
			`${flag}: ${credentialFaultWords(fault ?? "password-empty")}`,
		);
	if (fault !== undefined)
		throw new FailureError({ cause: "password-refused", flag, fault });
	return read(
		new Credential(username, password),
		marked ? [{ cause: "byte-order-mark", of: "password", flag }] : [],
	);
}

async function readJwtInput(
	input: Exclude<SecretInput, { from: "flag" }>,
	world: World,
): Promise<Read> {
	const bytes = await readSecret(input, "--registry-jwt", JWT_LIMIT, world);
	const reading = readJwt(bytes);
	if (typeof reading === "object") return ofJwt(reading.jwt, reading.warnings);
	throw new FailureError({
		cause: "jwt-invalid",
		path: input.from === "stdin" ? undefined : input.path,
		problem: fileOfAnotherKind(bytes.toString("utf8")) ?? reading,
	});
}

/** The bytes behind a flag. Throws UsageError where they would have to be typed unasked. */
async function readSecret(
	input: Exclude<SecretInput, { from: "flag" }>,
	flag: string,
	limit: number,
	world: World,
): Promise<Buffer> {
	if (input.from === "file") return world.files.read(input.path, limit);
	if (world.streams.inputIsTerminal)
		throw new UsageError(
			`${flag}: standard input is a terminal; pipe it in, or leave the flag out and answer the prompt`,
		);
	return world.streams.readInput(limit);
}

/** Asks for a path until there is a JSON key at it. */
async function askKeyFile(prompter: Prompter, world: World): Promise<Read> {
	for (;;) {
		const path = await prompter.text({
			message: "Path of the JSON key file:",
			check: (answer) =>
				answer === ""
					? "the path is empty"
					: answer.startsWith("~/")
						? "~ is not expanded here; give the whole path"
						: undefined,
		});
		try {
			return await readKeyFile(path, world);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			tell(world, { cause: "entry-refused", error });
		}
	}
}

async function readGivenKeyFile(path: string, world: World): Promise<Read> {
	// A name in the place of a path is a misunderstanding, which "no such file" would not clear up.
	if (/^[a-z0-9][a-z0-9-]*$/.test(path) && !(await world.files.exists(path)))
		throw new UsageError(
			"--registry-key is a path to a JSON key file; to name the pull secret give it as NAME",
		);
	return readKeyFile(path, world);
}

async function readKeyFile(path: string, { files }: World): Promise<Read> {
	const bytes = await files.read(path, JSON_KEY_LIMIT);
	const text = bytes.toString("utf8");
	const key = encodingFault(bytes) ?? readJsonKey(text);
	if (typeof key === "object")
		return read(new Credential(JSON_KEY_USERNAME, key.text), key.warnings);
	const problem =
		encodingFault(bytes) ?? fileOfAnotherKind(withoutMark(text).text) ?? key;
	throw new FailureError({ cause: "json-key-invalid", path, problem });
}
