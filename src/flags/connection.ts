import type { Flag, Given } from "../core/command-line/flag.ts";
import type { ConnectionFlags } from "../world.ts";
import { parseCount, parseTimeout } from "./numbers.ts";

/** kubectl's own flags: same names, shorthands, meaning and precedence. They never mean a registry. */
export const CONNECTION_FLAGS: readonly Flag[] = [
	{
		name: "as",
		kind: "text",
		help: "Impersonate this user.",
	},
	{
		name: "as-group",
		kind: "list",
		help: "Impersonate this group; repeatable.",
	},
	{
		name: "as-uid",
		kind: "text",
		help: "Impersonate this UID.",
	},
	{
		name: "certificate-authority",
		kind: "text",
		values: "file",
		help: "Verify the API server with the CA certificate in this file.",
	},
	{
		name: "client-certificate",
		kind: "text",
		values: "file",
		help: "Use the client certificate in this file for TLS.",
	},
	{
		name: "client-key",
		kind: "text",
		values: "file",
		help: "Use the client key in this file for TLS.",
	},
	{
		name: "cluster",
		kind: "text",
		values: "cluster",
		help: "Use this cluster of the kubeconfig.",
	},
	{
		name: "context",
		kind: "text",
		values: "context",
		help: "Use this context of the kubeconfig.",
	},
	{
		name: "disable-compression",
		kind: "switch",
		help: "Ask the API server for uncompressed answers.",
	},
	{
		name: "insecure-skip-tls-verify",
		kind: "switch",
		help: "Skip the check of the API server's certificate. This makes your connection insecure.",
	},
	{
		name: "kubeconfig",
		kind: "text",
		values: "file",
		help: "Use this kubeconfig file.",
	},
	{
		name: "request-timeout",
		kind: "text",
		default: "0",
		help: "Wait this long for a single request, such as 1s, 2m or 3h; a bare number means seconds, 0 means no limit.",
	},
	{
		name: "server",
		short: "s",
		kind: "text",
		help: "Use the API server at this address and port.",
	},
	{
		name: "tls-server-name",
		kind: "text",
		help: "Check the API server's certificate for this name.",
	},
	{
		name: "token",
		kind: "text",
		help: "Log in to the API server with this bearer token.",
	},
	{
		name: "user",
		kind: "text",
		values: "user",
		help: "Use this user of the kubeconfig.",
	},
	{
		name: "v",
		short: "v",
		kind: "text",
		default: "0",
		help: "Show method, URL, status and time of every request from 6 on; never bodies or headers.",
	},
];

export const HELP_FLAG: Flag = {
	name: "help",
	short: "h",
	kind: "switch",
	help: "Show this help.",
};

/** The most milliseconds that a timer of Node takes, 24 days: with more it would go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** kubectl's flags as given. Throws UsageError for a time or number that is none. */
export function connectionFlags(given: Given): ConnectionFlags {
	const flags: { -readonly [K in keyof ConnectionFlags]: ConnectionFlags[K] } =
		{};
	const text = <K extends keyof ConnectionFlags>(
		name: string,
		set: (value: string) => Pick<ConnectionFlags, K>,
	) => {
		const value = given.text(name);
		if (value !== undefined) Object.assign(flags, set(value));
	};
	text("kubeconfig", (kubeconfig) => ({ kubeconfig }));
	text("context", (context) => ({ context }));
	text("cluster", (cluster) => ({ cluster }));
	text("user", (user) => ({ user }));
	text("server", (server) => ({ server }));
	text("token", (token) => ({ token }));
	text("as", (as) => ({ as }));
	text("as-uid", (asUid) => ({ asUid }));
	text("certificate-authority", (certificateAuthority) => ({
		certificateAuthority,
	}));
	text("client-certificate", (clientCertificate) => ({ clientCertificate }));
	text("client-key", (clientKey) => ({ clientKey }));
	text("tls-server-name", (tlsServerName) => ({ tlsServerName }));
	text("request-timeout", (value) => ({
		requestTimeout: Math.min(
			parseTimeout(value, "--request-timeout"),
			LONGEST_TIMER,
		),
	}));
	text("v", (value) => ({ verbosity: parseCount(value, "-v", 0) }));
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
