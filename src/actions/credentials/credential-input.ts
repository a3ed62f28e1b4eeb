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
	readonly stored?: { readonly path?: string };
	readonly secret?: SecretToTake;
	/** Ask a provider, with a plugin's own arguments. */
	readonly provider?: Provider & { readonly args: readonly string[] };
	readonly username?: string;
	/** The user until now: offered where it is asked for, kept where only the password is given. */
	readonly usual?: string;
	/** By `flag`; what stands on the command line has been checked already. */
	readonly password?: SecretInput & { readonly flag: string };
	readonly keyPath?: string;
	/** A JWT that is the user name. */
	readonly jwt?: Exclude<SecretInput, { from: "flag" }>;
}

/**
 * The credentials that a command line means, entered or fetched. Throws UsageError
 * naming the flag that is missing where nobody can be asked, FailureError for
 * what cannot be taken, what a store, a provider or a cluster throws.
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
	const about = {
		// What is to be known of it has been told.
		server: { ...server, warnings: [] },
		serverAsked,
		asked: true,
		warnings: [],
	};
	if (credential.username === JSON_KEY_USERNAME)
		return { ...about, ...(await askKeyFile(prompter, world)) };
	if (isJwt(credential.username)) {
		const jwt = await askJwt(prompter);
		return { ...about, credential: new Credential(jwt, JWT_PASSWORD) };
	}
	const username = await askUsername(prompter, credential.username);
	const password = await askPassword(prompter, username);
	return { ...about, credential: new Credential(username, password) };
}

/** The most that a password may weigh: a Secret takes 1 MiB in all. */
const PASSWORD_LIMIT = 256 * 1024;

/** Completes a credential from flags, files, standard input and, at a terminal, questions. */
async function enterCredential(
	input: CredentialInput,
	world: World,
): Promise<EnteredCredential> {
	let asked = false;
	const ask = async () => {
		asked = true;
		return world.prompter();
	};
	const missing = (flag: string): UsageError =>
		new UsageError(`${flag} is required: there is no terminal to ask at`, true);
	const { interactive } = world.streams;

	const server =
		input.servers[0] ??
		(interactive ? await askServer(await ask()) : undefined);
	if (server === undefined) throw missing("--registry-server");
	const about = { server, serverAsked: input.servers.length === 0 };

	const way = await wayOf(input, server, ask, interactive);
	if (way === "key") {
		const key =
			input.keyPath === undefined
				? await askKeyFile(await ask(), world)
				: await readGivenKeyFile(input.keyPath, world);
		return { ...about, asked, ...key };
	}
	if (way === "jwt") {
		const { jwt, warnings } =
			input.jwt === undefined
				? { jwt: await askJwt(await ask()), warnings: [] }
				: await readJwtInput(input.jwt, world);
		const credential = new Credential(jwt, JWT_PASSWORD);
		return { ...about, asked, credential, warnings };
	}

	// Where only the password is new, the user stays, but for one that is itself the secret.
	const kept = isJwt(input.usual ?? "") ? undefined : input.usual;
	const username =
		input.username ??
		(input.password && kept) ??
		(interactive ? await askUsername(await ask(), input.usual) : undefined);
	if (username === undefined)
		throw missing(
			input.password !== undefined
				? "--registry-username"
				: kept === undefined
					? "--registry-username or --registry-key"
					: "--registry-password-stdin or --registry-key",
		);
	const password =
		input.password !== undefined
			? await readPassword(input.password, username, world)
			: interactive
				? { text: await askPassword(await ask(), username), warnings: [] }
				: undefined;
	if (password === undefined) throw missing("--registry-password-stdin");
	const credential = new Credential(username, password.text);
	return { ...about, asked, credential, warnings: password.warnings };
}

/** How the credential is given, asked for where no flag says it. */
async function wayOf(
	input: CredentialInput,
	server: RegistryServer,
	ask: () => Promise<Prompter>,
	interactive: boolean,
): Promise<"password" | "key" | "jwt"> {
	if (input.keyPath !== undefined) return "key";
	if (input.jwt !== undefined) return "jwt";
	if (
		input.username !== undefined ||
		input.password !== undefined ||
		!interactive
	)
		return "password";
	const known = wayOfUser(input.usual);
	if (known !== undefined) return known;
	return (await ask()).choose({
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

/**
 * How the user until now logs in; undefined where that is to be asked, as for one that is itself the
 * secret. Whoever changes the way says so with a flag.
 */
function wayOfUser(usual: string | undefined): "password" | "key" | undefined {
	if (usual === undefined || usual === "" || displayUsername(usual) !== usual)
		return undefined;
	return isKeyUser(usual) ? "key" : "password";
}

/** A password without the one line end that `echo` and editors add, and without a byte order mark. Throws for what is none. */
async function readPassword(
	input: SecretInput & { readonly flag: string },
	username: string,
	world: World,
): Promise<{ text: string; warnings: readonly FileNote[] }> {
	const { flag } = input;
	if (input.from === "flag") return { text: input.value, warnings: [] };
	const bytes = await readSecret(input, flag, PASSWORD_LIMIT, world);
	const encoding = encodingFault(bytes);
	if (encoding !== undefined)
		throw new FailureError({
			cause: "password-invalid",
			flag,
			is: "encoding",
			problem: encoding,
		});
	const { text, marked } = withoutMark(bytes.toString("utf8"));
	const password = text.replace(/\r?\n$/, "");
	const other = isKeyUser(username) ? undefined : fileOfAnotherKind(password);
	if (other !== undefined)
		throw new FailureError({
			cause: "password-invalid",
			flag,
			is: "another-kind",
			problem: other,
		});
	const fault = passwordFault(password, username);
	if (password === "")
		throw new UsageError(
			`${flag}: ${credentialFaultWords(fault ?? "password-empty")}`,
		);
	if (fault !== undefined)
		throw new FailureError({ cause: "password-refused", flag, fault });
	return {
		text: password,
		warnings: marked
			? [{ cause: "byte-order-mark", of: "password", flag }]
			: [],
	};
}

async function readJwtInput(
	input: Exclude<SecretInput, { from: "flag" }>,
	world: World,
): Promise<{ jwt: string; warnings: readonly FileNote[] }> {
	const flag = "--registry-jwt";
	const bytes = await readSecret(input, flag, JWT_LIMIT, world);
	const reading = readJwt(bytes);
	if (typeof reading === "object") return reading;
	const other = fileOfAnotherKind(bytes.toString("utf8"));
	throw new FailureError({
		cause: "jwt-invalid",
		flag,
		path: input.from === "stdin" ? undefined : input.path,
		...(other === undefined
			? { is: "no-jwt", problem: reading }
			: { is: "another-kind", problem: other }),
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
async function askKeyFile(
	prompter: Prompter,
	world: World,
): ReturnType<typeof readKeyFile> {
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

async function readGivenKeyFile(
	path: string,
	world: World,
): ReturnType<typeof readKeyFile> {
	// A name in the place of a path is a misunderstanding, which "no such file" would not clear up.
	if (/^[a-z0-9-]+$/.test(path) && !(await world.files.exists(path)))
		throw new UsageError(
			"--registry-key is a path to a JSON key file; to name the pull secret give it as NAME",
		);
	return readKeyFile(path, world);
}

async function readKeyFile(
	path: string,
	world: World,
): Promise<{ credential: Credential; warnings: readonly FileNote[] }> {
	const bytes = await world.files.read(path, JSON_KEY_LIMIT);
	const encoding = encodingFault(bytes);
	if (encoding !== undefined)
		throw new FailureError({
			cause: "json-key-invalid",
			path,
			is: "encoding",
			problem: encoding,
		});
	const { text } = withoutMark(bytes.toString("utf8"));
	const key = readJsonKey(bytes.toString("utf8"));
	if (typeof key === "string")
		throw new FailureError({
			cause: "json-key-invalid",
			path,
			is: "no-key",
			problem: fileOfAnotherKind(text) ?? key,
		});
	return {
		credential: new Credential(JSON_KEY_USERNAME, key.text),
		warnings: key.warnings,
	};
}
