import {
	Credential,
	JSON_KEY_USERNAME,
} from "../../core/credentials/credential.ts";
import {
	JSON_KEY_LIMIT,
	readJsonKey,
} from "../../core/credentials/json-key.ts";
import {
	displayHost,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { OperationError, UsageError } from "../../errors.ts";
import type { Prompter, World } from "../../world.ts";
import {
	askPassword,
	askServer,
	askUsername,
	notEmpty,
} from "./credential-questions.ts";
import { fetchCredentials } from "./fetch-credentials.ts";

/** Where a password comes from. */
export type PasswordInput =
	| { readonly from: "flag"; readonly value: string }
	| { readonly from: "stdin" }
	| { readonly from: "file"; readonly path: string };

/** What the command line says of credentials; what it leaves out is asked at a terminal. */
export interface CredentialInput {
	/** Several only for stored credentials. */
	readonly servers: readonly RegistryServer[];
	/** Take what docker, podman or a credential helper stored; a path names the one file. */
	readonly stored?: { readonly path?: string };
	readonly username?: string;
	/** The user until now: offered where it is asked for. */
	readonly usual?: string;
	readonly password?: PasswordInput;
	readonly keyPath?: string;
}

/** A registry and a credential for it, and whether the person was asked for any of it. */
export interface EnteredCredential {
	readonly server: RegistryServer;
	readonly credential: Credential;
	readonly asked: boolean;
	/** The file that it was fetched from. */
	readonly from?: string;
	readonly warnings: readonly string[];
}

/**
 * The credentials that a command line means, entered or fetched. Throws UsageError
 * naming the flag that is missing where nobody can be asked, OperationError for
 * what is stored nowhere or cannot be taken.
 */
export async function enterCredentials(
	input: CredentialInput,
	world: World,
): Promise<EnteredCredential[]> {
	return input.stored === undefined
		? [await enterCredential(input, world)]
		: fetchCredentials(input.servers, input.stored, world);
}

/** Another credential for the same registry, after the first was rejected. */
export async function enterAgain(
	{ server, credential }: EnteredCredential,
	world: World,
): Promise<EnteredCredential> {
	const prompter = await world.prompter();
	if (credential.username === JSON_KEY_USERNAME)
		return { server, asked: true, ...(await askKeyFile(prompter, world)) };
	const username = await askUsername(prompter, credential.username);
	const password = await askPassword(prompter);
	return {
		server,
		asked: true,
		credential: new Credential(username, password),
		warnings: [],
	};
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

	const byKey =
		input.keyPath !== undefined ||
		(input.username === undefined &&
			input.password === undefined &&
			interactive &&
			(await (
				await ask()
			).choose({
				message:
					input.servers.length === 0
						? "How do you authenticate?"
						: // Nothing has said yet which registry it is about.
							`How do you authenticate to ${displayHost(server.key)}?`,
				choices: [
					{ value: "password", label: "user name and password (or token)" },
					{ value: "key", label: "JSON key file of a service account" },
				],
			})) === "key");
	if (byKey) {
		const key =
			input.keyPath === undefined
				? await askKeyFile(await ask(), world)
				: await readKeyFile(input.keyPath, world);
		return { server, asked, ...key };
	}

	const username =
		input.username ??
		(interactive ? await askUsername(await ask(), input.usual) : undefined);
	if (username === undefined)
		throw missing(
			input.password === undefined
				? "--registry-username or --registry-key"
				: "--registry-username",
		);
	const password =
		input.password !== undefined
			? await readPassword(input.password, world)
			: interactive
				? await askPassword(await ask())
				: undefined;
	if (password === undefined) throw missing("--registry-password-stdin");
	return {
		server,
		asked,
		credential: new Credential(username, password),
		warnings: [],
	};
}

/** A password without the one line end that `echo` and editors add. Throws for an empty one. */
async function readPassword(
	input: PasswordInput,
	world: World,
): Promise<string> {
	if (input.from === "stdin" && world.streams.inputIsTerminal)
		throw new UsageError(
			"--registry-password-stdin: standard input is a terminal; pipe the password in, or leave the flag out to be asked for it",
		);
	const flag = {
		flag: "--registry-password",
		stdin: "--registry-password-stdin",
		file: "--registry-password-file",
	}[input.from];
	const password =
		input.from === "flag"
			? input.value
			: utf8(
					input.from === "stdin"
						? await world.streams.readInput(PASSWORD_LIMIT)
						: await world.files.read(input.path, PASSWORD_LIMIT),
					flag,
				).replace(/\r?\n$/, "");
	if (password === "") throw new UsageError(`${flag}: the password is empty`);
	return password;
}

/** Asks for a path until there is a JSON key at it. */
async function askKeyFile(
	prompter: Prompter,
	world: World,
): ReturnType<typeof readKeyFile> {
	for (;;) {
		const path = await prompter.text({
			message: "Path of the JSON key file:",
			check: notEmpty("the path"),
		});
		try {
			return await readKeyFile(path, world);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			world.emit({ type: "note", message: error.message });
		}
	}
}

async function readKeyFile(
	path: string,
	world: World,
): Promise<{ credential: Credential; warnings: readonly string[] }> {
	const key = readJsonKey(
		utf8(await world.files.read(path, JSON_KEY_LIMIT), "--registry-key"),
	);
	if (!key.ok)
		throw new OperationError(
			`--registry-key: ${path} is not a JSON key file: ${key.problem}`,
		);
	return {
		credential: new Credential(JSON_KEY_USERNAME, key.text),
		warnings: key.warnings,
	};
}

function utf8(bytes: Buffer, flag: string): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
			bytes,
		);
	} catch {
		throw new OperationError(`${flag}: the content is not UTF-8 text`);
	}
}
