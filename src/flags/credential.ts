import type { CredentialInput } from "../actions/credentials/credential-input.ts";
import type { VerifyOptions } from "../actions/credentials/verify-credentials.ts";
import {
	BARE,
	type Flag,
	type Given,
	grouped,
	listFlag,
	optionalFlag,
	switchFlag,
	textFlag,
} from "../core/command-line/flag.ts";
import {
	passwordFault,
	usernameFault,
} from "../core/credentials/credential-rules.ts";
import { isJwt } from "../core/credentials/jwt.ts";
import type { FlagNote } from "../core/note.ts";
import { parseProvider } from "../core/pull-secrets/provider.ts";
import {
	DOCKER_HUB_KEY,
	parseRegistryServer,
	type RegistryServer,
} from "../core/registry/server.ts";
import { UsageError } from "../errors.ts";
import {
	checkName,
	checkNamespace,
	checkSaid,
	connectionFlags,
	lifetimeOf,
	pathOf,
} from "../flags.ts";
import { credentialFaultWords } from "../report/credential-fault-words.ts";
import {
	EXPIRES_IN_FLAG,
	VERIFICATION_FLAGS,
	verifyingOf,
} from "./verification.ts";

/** Ways to give a credential, first the flags of a user and a password: each is refused beside those before it. */
const WAYS = [
	"registry-username",
	"docker-username",
	"registry-password",
	"docker-password",
	"registry-password-stdin",
	"registry-password-file",
	"registry-key",
	"registry-jwt",
	"from-docker-config",
	"from-secret",
	"credential-from",
];

function waysBefore(name: string): string[] {
	return WAYS.slice(0, WAYS.indexOf(name));
}

/** The flags that name a registry and a credential for it, and kubectl's names for the same. */
const ENTRY_FLAGS: readonly Flag[] = grouped("Credential", [
	listFlag(
		"registry-server",
		"Name the private registry by host, and port if needed, for example gcr.io. It may contain a path, though only the host is used for authentication. Docker Hub is docker.io. Several with --from-docker-config.",
		{ values: "registry", conflicts: ["docker-server"], commas: true },
	),
	textFlag(
		"registry-username",
		"Log in to the registry as this user. Not with --registry-key.",
		{ conflicts: ["docker-username"] },
	),
	textFlag(
		"registry-password",
		"Log in with this password. It can be seen in the shell's history and the process list: prefer --registry-password-stdin. Not with --registry-key.",
		{
			conflicts: [
				"docker-password",
				"registry-password-stdin",
				"registry-password-file",
			],
		},
	),
	switchFlag(
		"registry-password-stdin",
		"Read the password from standard input.",
		{ conflicts: ["registry-password-file"] },
	),
	textFlag("registry-password-file", "Read the password from a file.", {
		values: "file",
	}),
	textFlag(
		"registry-key",
		"Log in with a service account's JSON key, read from this file. Not with --registry-username or --registry-password.",
		{ conflicts: waysBefore("registry-key"), values: "file" },
	),
	textFlag(
		"registry-jwt",
		"Log in with a JWT as the username (NGINX's registry), read from this file, or from standard input with -.",
		{ conflicts: waysBefore("registry-jwt"), values: "file" },
	),
	optionalFlag(
		"from-docker-config",
		"Take the credential that docker login, podman login or a credential helper stored for --registry-server: from their files, or from --from-docker-config=PATH.",
		{
			values: "file",
			conflicts: waysBefore("from-docker-config"),
		},
	),
	textFlag(
		"from-secret",
		"Take the credentials of an existing pull Secret, given as NAMESPACE/NAME: all, or those of --registry-server.",
		{
			values: "any-pull-secret",
			conflicts: waysBefore("from-secret"),
		},
	),
	textFlag(
		"credential-from",
		"Ask a provider for the credential: helper:NAME (docker-credential-NAME), plugin:PATH (a kubelet's image credential provider) or ecr (Amazon's registries).",
		{
			values: ["ecr"],
			conflicts: waysBefore("credential-from"),
		},
	),
	listFlag(
		"credential-arg",
		"Pass this argument to the provider of --credential-from=plugin:PATH; repeatable.",
		{ needs: ["credential-from"] },
	),
	textFlag("docker-server", "Same as --registry-server.", { hidden: true }),
	textFlag("docker-username", "Same as --registry-username.", { hidden: true }),
	textFlag("docker-password", "Same as --registry-password.", {
		conflicts: ["registry-password-stdin", "registry-password-file"],
		hidden: true,
	}),
	textFlag("docker-email", "Ignored: no registry asks for it.", {
		hidden: true,
	}),
]);

/** All flags of a command that is given a credential: which, whether it is verified first, and how long it is good. */
export const CREDENTIAL_FLAGS: readonly Flag[] = [
	...ENTRY_FLAGS,
	...VERIFICATION_FLAGS,
	EXPIRES_IN_FLAG,
];

/** The entry of a source that `--registry-server` names, word for word; undefined where it does not stand there. Throws UsageError for several. */
export function registryNamedIn(given: Given): string | undefined {
	const names = given.has("registry-server")
		? given.list("registry-server")
		: [given.text("docker-server") ?? []].flat();
	if (names.length > 1)
		throw new UsageError(
			"--registry-server: one credential is rotated at a time",
		);
	const [name] = names;
	if (name !== undefined) checkSaid("--registry-server", "name", name.trim());
	return name;
}

/**
 * Reads them. `naming`: the registry is one that is there, which is looked for by `registryNamedIn`.
 * Throws UsageError that names the flags, never repeating a value.
 */
export function credentialOptionsOf(
	given: Given,
	{ naming = false }: { naming?: boolean } = {},
): {
	readonly input: CredentialInput;
	readonly verifying: VerifyOptions;
	/** Milliseconds; undefined: the person does not say. */
	readonly expiresIn: number | undefined;
	readonly warnings: readonly FlagNote[];
} {
	const warnings: FlagNote[] = [];
	const username =
		given.text("registry-username") ?? given.text("docker-username");
	const usernameFlag = given.has("docker-username")
		? "--docker-username"
		: "--registry-username";
	const problem = username === undefined ? undefined : usernameFault(username);
	if (problem !== undefined)
		throw new UsageError(`${usernameFlag}: ${credentialFaultWords(problem)}`);
	const password = passwordInputOf(given);
	// A registry that is there has a user, who stays.
	if (password !== undefined && username === undefined && !naming)
		throw new UsageError("a password needs --registry-username with it");
	if (password?.from === "flag") {
		const { flag, value } = password;
		const fault = passwordFault(value, username ?? "");
		if (fault !== undefined)
			throw new UsageError(`${flag}: ${credentialFaultWords(fault)}`);
		warnings.push({ cause: "password-on-command-line", flag });
	}
	if (username !== undefined && isJwt(username))
		warnings.push({ cause: "jwt-on-command-line", flag: usernameFlag });

	const keyPath = pathOf(given, "registry-key");
	const jwt = jwtOf(given);
	const provider = providerOf(given);
	const stored = storedOf(given);
	const servers = naming ? [] : serversOf(given);
	const secret = secretOf(given);
	const several = stored ?? secret ?? provider;
	if (servers.length > 1 && several === undefined)
		throw new UsageError(
			"--registry-server can be repeated only with --from-docker-config, --from-secret or --credential-from: one credential is for one registry",
		);
	return {
		input: {
			servers,
			stored,
			secret,
			provider,
			username,
			password,
			keyPath,
			jwt,
		},
		verifying: verifyingOf(given),
		expiresIn: lifetimeOf(given, "expires-in"),
		warnings,
	};
}

/** Each once, in the order given. */
function serversOf(given: Given): RegistryServer[] {
	const dockerServer = given.text("docker-server");
	const servers = given.has("registry-server")
		? given.list("registry-server").map((text) => parseRegistryServer(text))
		: dockerServer !== undefined
			? [parseRegistryServer(dockerServer, "--docker-server")]
			: // As to kubectl: Docker Hub. An e-mail address beside another credential says nothing of its registry.
				given.has("docker-username") || given.has("docker-password")
				? [parseRegistryServer(DOCKER_HUB_KEY)]
				: [];
	return servers.filter(
		({ key }, index) =>
			servers.findIndex((other) => other.key === key) === index,
	);
}

function secretOf(given: Given): CredentialInput["secret"] {
	const value = given.text("from-secret");
	if (value === undefined) return undefined;
	const [namespace = "", name, ...rest] = value.split("/");
	if (name === undefined || rest.length > 0)
		throw new UsageError("--from-secret: give NAMESPACE/NAME");
	return {
		namespace: checkNamespace(namespace, "--from-secret"),
		name: checkName(name, "--from-secret"),
		connection: connectionFlags(given),
	};
}

function providerOf(given: Given): CredentialInput["provider"] {
	const name = given.text("credential-from");
	const args = given.list("credential-arg");
	const provider =
		name === undefined ? undefined : parseProvider(name, "--credential-from");
	if (args.length > 0 && provider?.by !== "plugin")
		throw new UsageError(
			"--credential-arg is for --credential-from=plugin:PATH only",
		);
	return provider && { ...provider, args };
}

function storedOf(given: Given): { path?: string } | undefined {
	const path = given.text("from-docker-config");
	if (path === undefined) return undefined;
	checkSaid("--from-docker-config", "path", path);
	return path === BARE ? {} : { path };
}

function jwtOf(given: Given): CredentialInput["jwt"] {
	const path = pathOf(given, "registry-jwt");
	if (path === undefined) return undefined;
	return path === "-" ? { from: "stdin" } : { from: "file", path };
}

function passwordInputOf(given: Given): CredentialInput["password"] {
	for (const flag of ["--registry-password", "--docker-password"]) {
		const value = given.text(flag.slice(2));
		if (value !== undefined) return { from: "flag", value, flag };
	}
	if (given.on("registry-password-stdin"))
		return { from: "stdin", flag: "--registry-password-stdin" };
	const path = pathOf(given, "registry-password-file");
	return path === undefined
		? undefined
		: { from: "file", path, flag: "--registry-password-file" };
}
