import {
	type Flag,
	type Given,
	listFlag,
	switchFlag,
	textFlag,
} from "../core/command-line/flag.ts";
import type { ConnectionFlags } from "../world.ts";
import { parseCount, parseTimeout } from "./numbers.ts";

/** kubectl's own flags: same names, shorthands, meaning and precedence. They never mean a registry. */
export const CONNECTION_FLAGS: readonly Flag[] = [
	textFlag("as", "Impersonate this user."),
	listFlag("as-group", "Impersonate this group; repeatable."),
	textFlag("as-uid", "Impersonate this UID."),
	textFlag(
		"certificate-authority",
		"Verify the API server with the CA certificate in this file.",
		{ values: "file" },
	),
	textFlag(
		"client-certificate",
		"Use the client certificate in this file for TLS.",
		{ values: "file" },
	),
	textFlag("client-key", "Use the client key in this file for TLS.", {
		values: "file",
	}),
	textFlag("cluster", "Use this cluster of the kubeconfig.", {
		values: "cluster",
	}),
	textFlag("context", "Use this context of the kubeconfig.", {
		values: "context",
	}),
	switchFlag(
		"disable-compression",
		"Ask the API server for uncompressed answers.",
	),
	switchFlag(
		"insecure-skip-tls-verify",
		"Skip the check of the API server's certificate. This makes your connection insecure.",
	),
	textFlag("kubeconfig", "Use this kubeconfig file.", { values: "file" }),
	textFlag(
		"request-timeout",
		"Wait this long for a single request, such as 1s, 2m or 3h; a bare number means seconds, 0 means no limit.",
		{ default: "0" },
	),
	textFlag("server", "Use the API server at this address and port.", {
		short: "s",
	}),
	textFlag(
		"tls-server-name",
		"Check the API server's certificate for this name.",
	),
	textFlag("token", "Log in to the API server with this bearer token."),
	textFlag("user", "Use this user of the kubeconfig.", { values: "user" }),
	textFlag(
		"v",
		"Show method, URL, status and time of every request from 6 on; never bodies or headers.",
		{ short: "v", default: "0" },
	),
];

export const HELP_FLAG: Flag = switchFlag("help", "Show this help.", {
	short: "h",
});

/** The most milliseconds that a timer of Node takes, 24 days: with more it would go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The flags whose text is taken as it is. */
const TEXTS = [
	["kubeconfig", "kubeconfig"],
	["context", "context"],
	["cluster", "cluster"],
	["user", "user"],
	["server", "server"],
	["token", "token"],
	["as", "as"],
	["asUid", "as-uid"],
	["certificateAuthority", "certificate-authority"],
	["clientCertificate", "client-certificate"],
	["clientKey", "client-key"],
	["tlsServerName", "tls-server-name"],
] as const satisfies readonly [keyof ConnectionFlags, string][];

/** kubectl's flags as given. Throws UsageError for a time or number that is none. */
export function connectionFlags(given: Given): ConnectionFlags {
	const flags: { -readonly [K in keyof ConnectionFlags]: ConnectionFlags[K] } =
		{};
	for (const [field, name] of TEXTS) {
		const value = given.text(name);
		if (value !== undefined) flags[field] = value;
	}
	const timeout = given.text("request-timeout");
	if (timeout !== undefined)
		flags.requestTimeout = Math.min(
			parseTimeout(timeout, "--request-timeout"),
			LONGEST_TIMER,
		);
	const verbosity = given.text("v");
	if (verbosity !== undefined) flags.verbosity = parseCount(verbosity, "-v", 0);
	if (given.has("as-group")) flags.asGroup = [...given.list("as-group")];
	if (given.has("insecure-skip-tls-verify"))
		flags.insecureSkipTlsVerify = given.on("insecure-skip-tls-verify");
	if (given.has("disable-compression"))
		flags.disableCompression = given.on("disable-compression");
	return flags;
}

/** The same with `--concurrency`, for a command that has it. */
export function bulkConnectionFlags(given: Given): ConnectionFlags {
	const value = given.text("concurrency");
	return {
		...connectionFlags(given),
		...(value !== undefined && {
			concurrency: parseCount(value, "--concurrency", 1),
		}),
	};
}
