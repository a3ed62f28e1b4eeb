import { BARE, type Flag, type Given } from "./core/flag.ts";
import {
	DEFAULT_NAME,
	DEFAULT_NAMESPACE,
	DEFAULT_OWNER,
	type OwnerLabel,
	parseLabel,
} from "./core/ownership.ts";
import type { DryRun } from "./core/result.ts";
import { UsageError } from "./errors.ts";
import type { ConnectionFlags } from "./world.ts";

/** kubectl's own flags: same names, shorthands, meaning and precedence. They never mean a registry. */
export const CONNECTION_FLAGS: readonly Flag[] = [
	{
		name: "as",
		kind: "text",
		help: "Username to impersonate for the operation.",
	},
	{
		name: "as-group",
		kind: "list",
		help: "Group to impersonate for the operation; repeat it for several.",
	},
	{
		name: "as-uid",
		kind: "text",
		help: "UID to impersonate for the operation.",
	},
	{
		name: "certificate-authority",
		kind: "text",
		values: "file",
		help: "Path to a certificate file for the certificate authority of the API server.",
	},
	{
		name: "client-certificate",
		kind: "text",
		values: "file",
		help: "Path to a client certificate file for TLS.",
	},
	{
		name: "client-key",
		kind: "text",
		values: "file",
		help: "Path to a client key file for TLS.",
	},
	{
		name: "cluster",
		kind: "text",
		values: "cluster",
		help: "The kubeconfig cluster to use.",
	},
	{
		name: "context",
		kind: "text",
		values: "context",
		help: "The kubeconfig context to use.",
	},
	{
		name: "disable-compression",
		kind: "switch",
		help: "Ask the API server for uncompressed answers.",
	},
	{
		name: "insecure-skip-tls-verify",
		kind: "switch",
		help: "Do not check the API server's certificate. This makes your connection insecure.",
	},
	{
		name: "kubeconfig",
		kind: "text",
		values: "file",
		help: "Path to the kubeconfig file to use.",
	},
	{
		name: "request-timeout",
		kind: "text",
		default: "0",
		help: "How long to wait for a single request, such as 1s, 2m or 3h; a bare number means seconds, 0 means no limit.",
	},
	{
		name: "server",
		short: "s",
		kind: "text",
		help: "The address and port of the Kubernetes API server.",
	},
	{
		name: "tls-server-name",
		kind: "text",
		help: "The name that the API server's certificate is checked for.",
	},
	{
		name: "token",
		kind: "text",
		help: "Bearer token for authentication to the API server.",
	},
	{
		name: "user",
		kind: "text",
		values: "user",
		help: "The kubeconfig user to use.",
	},
	{
		name: "v",
		short: "v",
		kind: "text",
		default: "0",
		help: "Verbosity: from 6 on, method, URL, status and time of every request; never bodies or headers.",
	},
];

export const HELP_FLAG: Flag = {
	name: "help",
	short: "h",
	kind: "switch",
	help: "Show this help.",
};

/** One namespace. */
export const NAMESPACE_FLAG: Flag = {
	name: "namespace",
	short: "n",
	kind: "text",
	values: "namespace",
	help: "The namespace to work in.",
};

/** Any number of namespaces. */
export const NAMESPACES_FLAG: Flag = {
	name: "namespace",
	short: "n",
	kind: "list",
	commas: true,
	values: "namespace",
	help: "The namespaces to work in; repeat it, or separate names by commas.",
};

export const ALL_NAMESPACES_FLAG: Flag = {
	name: "all-namespaces",
	short: "A",
	kind: "switch",
	help: "All namespaces.",
};

export const DRY_RUN_FLAG: Flag = {
	name: "dry-run",
	kind: "optional",
	default: "none",
	help: 'Must be "none", "server" or "client". With client, only say what would be done; with server, send the requests without storing anything.',
};

export const OWNER_LABEL_FLAG: Flag = {
	name: "owner-label",
	kind: "text",
	default: `${DEFAULT_OWNER.key}=${DEFAULT_OWNER.value}`,
	help: "The label that marks registry keys, for another mesh or a second set of keys (also MESHREG_OWNER_LABEL).",
};

export const YES_FLAG: Flag = {
	name: "yes",
	short: "y",
	kind: "switch",
	help: "Answer every question yes.",
};

export const QUIET_FLAG: Flag = {
	name: "quiet",
	short: "q",
	kind: "switch",
	help: "Leave out unchanged lines and the summary.",
};

export const CONCURRENCY_FLAG: Flag = {
	name: "concurrency",
	kind: "text",
	help: "At most so many requests in flight; by default as many as the server takes well.",
};

/** `-o` with these formats. */
export function outputFlag(...choices: string[]): Flag {
	return {
		name: "output",
		short: "o",
		kind: "text",
		help: `Output format: ${choices.toSorted().join(", ")}.`,
	};
}

/** The environment's say in defaults. */
export type Env = Readonly<Record<string, string | undefined>>;

/** kubectl's flags as given. Throws UsageError for a time or number that is none. */
export function connectionFlags(given: Given): ConnectionFlags {
	const flags: ConnectionFlags = {};
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
		requestTimeout: parseDuration(value, "--request-timeout"),
	}));
	text("v", (value) => ({ verbosity: parseCount(value, "-v", 0) }));
	if (given.has("as-group")) flags.asGroup = [...given.list("as-group")];
	if (given.has("insecure-skip-tls-verify"))
		flags.insecureSkipTlsVerify = given.on("insecure-skip-tls-verify");
	if (given.has("disable-compression"))
		flags.disableCompression = given.on("disable-compression");
	return flags;
}

/** `--concurrency`, where the command has it. */
export function concurrencyOf(given: Given): { concurrency?: number } {
	const value = given.text("concurrency");
	return value === undefined
		? {}
		: { concurrency: parseCount(value, "--concurrency", 1) };
}

const UNIT_MS: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
};

/** A Go duration (`1m30s`) or a bare number of seconds, in milliseconds. Throws UsageError. */
export function parseDuration(value: string, flag: string): number {
	if (/^\d+$/.test(value)) return Number(value) * 1000;
	const parts = [
		...value.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g),
	];
	if (parts.length === 0 || parts.map((part) => part[0]).join("") !== value)
		throw new UsageError(
			`invalid value for ${flag}: must be a duration such as 30s, 2m or 1h30m`,
		);
	return parts.reduce(
		(sum, part) => sum + Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? 0),
		0,
	);
}

/** A whole number of at least `least`. Throws UsageError. */
export function parseCount(value: string, flag: string, least: number): number {
	const count = Number(value);
	if (!/^\d+$/.test(value) || !Number.isSafeInteger(count) || count < least)
		throw new UsageError(
			`invalid value for ${flag}: must be a whole number of at least ${least}`,
		);
	return count;
}

/** `--dry-run` as kubectl reads it; `deprecated`: it was given without a value. Throws UsageError. */
export function dryRunOf(given: Given): { dryRun: DryRun; notes: string[] } {
	const value = given.text("dry-run");
	if (value === undefined || value === "none")
		return { dryRun: "none", notes: [] };
	if (value === BARE)
		return {
			dryRun: "client",
			notes: [
				"--dry-run is deprecated and can be replaced with --dry-run=client",
			],
		};
	if (value === "client" || value === "server")
		return { dryRun: value, notes: [] };
	throw new UsageError(
		`Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
	);
}

/** `-o`, one of `formats`. Throws UsageError in kubectl's words. */
export function outputOf<F extends string>(
	given: Given,
	formats: readonly F[],
): F | undefined {
	const value = given.text("output");
	if (value === undefined) return undefined;
	const format = formats.find((candidate) => candidate === value);
	if (format === undefined)
		throw new UsageError(
			`unable to match a printer suitable for the output format "${value}", allowed formats are: ${formats.toSorted().join(",")}`,
		);
	return format;
}

/** The owner label: flag, then MESHREG_OWNER_LABEL, then the mesh's. Throws UsageError. */
export function ownerOf(given: Given, env: Env): OwnerLabel {
	const flag = given.text("owner-label");
	if (flag !== undefined) return parseLabel(flag, "--owner-label");
	const fromEnv = env.MESHREG_OWNER_LABEL;
	return fromEnv === undefined || fromEnv === ""
		? DEFAULT_OWNER
		: parseLabel(fromEnv, "MESHREG_OWNER_LABEL");
}

/** The registry key's name: operand, then MESHREG_NAME, then the mesh's. Throws UsageError. */
export function nameOf(given: Given, env: Env): string {
	const [operand] = given.positionals;
	if (operand !== undefined) return checkName(operand, "NAME");
	return env.MESHREG_NAME
		? checkName(env.MESHREG_NAME, "MESHREG_NAME")
		: DEFAULT_NAME;
}

/** Where sources live without `-n`: MESHREG_NAMESPACE, then the mesh's namespace. Throws UsageError. */
export function sourceNamespaceOf(env: Env): string {
	return env.MESHREG_NAMESPACE
		? checkNamespace(env.MESHREG_NAMESPACE, "MESHREG_NAMESPACE")
		: DEFAULT_NAMESPACE;
}

/** The one namespace of `-n`; undefined when it is not given. Throws UsageError, also for an empty one. */
export function namespaceOf(given: Given): string | undefined {
	const value = given.text("namespace");
	return value === undefined ? undefined : checkNamespace(value, "-n");
}

/** The namespaces of `-n`, each once, in the order given. Throws UsageError, also for an empty one. */
export function namespacesOf(given: Given): string[] {
	return [
		...new Set(
			given.list("namespace").map((name) => checkNamespace(name.trim(), "-n")),
		),
	];
}

/** A selector that says something: an empty one (an unset variable) would mean everything. Throws UsageError. */
export function selectorOf(given: Given): string | undefined {
	const value = given.text("selector");
	if (value?.trim() === "")
		throw new UsageError(
			"-l: the selector is empty; to mean every namespace, use -A",
		);
	return value;
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A namespace's name (RFC 1123 label). Throws UsageError. */
export function checkNamespace(name: string, flag: string): string {
	if (name === "")
		throw new UsageError(
			`${flag}: the namespace is empty; is a variable unset?`,
		);
	if (!LABEL.test(name))
		throw new UsageError(
			`${flag}: "${name}" is not a namespace name: lower-case letters, digits and dashes only`,
		);
	return name;
}

/** A Secret's name (RFC 1123 subdomain). Throws UsageError. */
export function checkName(name: string, flag: string): string {
	if (name === "")
		throw new UsageError(`${flag}: the name is empty; is a variable unset?`);
	if (name.length > 253 || !name.split(".").every((label) => LABEL.test(label)))
		throw new UsageError(
			`${flag}: "${name}" is not a Secret name: lower-case letters, digits, dashes and dots only`,
		);
	return name;
}

/** Throws UsageError when more than one of these flags is given; `shown` is how each is written. */
export function atMostOne(
	given: Given,
	flags: readonly (readonly [name: string, shown: string])[],
): void {
	const present = flags
		.filter(([name]) => given.has(name))
		.map(([, shown]) => shown);
	if (present.length > 1)
		throw new UsageError(
			`${present[0]} and ${present[1]} cannot be used together`,
		);
}
