import * as v from "valibot";
import type {
	ClusterEntry,
	ContextEntry,
	ExecEntry,
	Impersonation,
	Kubeconfig,
	UserEntry,
} from "./kubeconfig.ts";

/** The message of each part is what it has to be: the error says which part is not. */
const A_STRING = "a string";

/** A field of this type; an absent one and a null are undefined. */
function field<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.pipe(
		v.nullish(schema),
		v.transform((value) => value ?? undefined),
	);
}

/** A text, of which "" is none. */
const text = v.pipe(
	field(v.string(A_STRING)),
	v.transform((value) => value || undefined),
);
const flag = field(v.boolean("true or false"));
const texts = field(
	v.custom<string[]>(
		(value) =>
			Array.isArray(value) && value.every((item) => typeof item === "string"),
		"a list of strings",
	),
);

/** A mapping, of which other fields are left aside. An array is none. */
function mapping<Entries extends v.ObjectEntries>(entries: Entries) {
	return v.pipe(
		v.custom<Record<string, unknown>>(isMapping, "a mapping"),
		v.object(entries),
	);
}

/** A mapping of any names. */
function byName<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.pipe(
		v.custom<Record<string, unknown>>(isMapping, "a mapping"),
		v.record(v.string(), schema),
	);
}

/** A list that may be absent, and is then empty. */
function list<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.nullish(v.array(schema, "a list"), []);
}

/** `clusters`, `users` or `contexts`: each with a name, and what it is about, which is empty where it is absent. */
function entries<Inner>(part: string, schema: v.GenericSchema<unknown, Inner>) {
	return list(
		v.pipe(
			mapping({
				name: v.nullish(v.string(A_STRING), ""),
				[part]: v.pipe(v.nullish(v.unknown(), {}), schema),
			}),
			v.transform((item) => ({
				name: item.name as string,
				inner: item[part] as Inner,
			})),
		),
	);
}

/** The fields that are read: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const CLUSTER = mapping({
	server: text,
	"tls-server-name": text,
	"insecure-skip-tls-verify": flag,
	"certificate-authority": text,
	"certificate-authority-data": text,
	"proxy-url": text,
	"disable-compression": flag,
	extensions: list(mapping({ name: text, extension: v.optional(v.unknown()) })),
});
const EXEC = mapping({
	apiVersion: text,
	command: text,
	args: texts,
	env: list(mapping({ name: text, value: text })),
	installHint: text,
	provideClusterInfo: flag,
	interactiveMode: text,
});
const USER = mapping({
	"client-certificate": text,
	"client-certificate-data": text,
	"client-key": text,
	"client-key-data": text,
	token: text,
	tokenFile: text,
	username: text,
	password: text,
	as: text,
	"as-uid": text,
	"as-groups": texts,
	"as-user-extra": field(byName(texts)),
	"auth-provider": field(mapping({ name: text, config: field(byName(text)) })),
	exec: field(EXEC),
});
const CONTEXT = mapping({ cluster: text, user: text, namespace: text });
const FILE = mapping({
	apiVersion: text,
	kind: text,
	clusters: entries("cluster", CLUSTER),
	users: entries("user", USER),
	contexts: entries("context", CONTEXT),
	"current-context": text,
});

/** Which mapping of an entry holds what it is about. */
const PARTS: Readonly<Record<string, string>> = {
	clusters: "cluster",
	users: "user",
	contexts: "context",
};

/**
 * A parsed YAML document as a Kubeconfig. Unknown fields are left aside, a
 * known field of the wrong type is an error, as with kubectl.
 *
 * `resolve` makes a relative path absolute, beside the file. Throws an Error
 * that names the field and never its value: the file holds credentials. `file` is noted in its users.
 */
export function fromDocument(
	document: unknown,
	resolve: (path: string) => string,
	file?: string,
): Kubeconfig {
	const parsed = v.safeParse(FILE, document ?? {}, { abortEarly: true });
	if (!parsed.success) throw new Error(faultOf(document, parsed.issues[0]));
	const { output } = parsed;
	for (const [key, only] of [
		["apiVersion", "v1"],
		["kind", "Config"],
	] as const)
		if ((output[key] ?? only) !== only)
			throw new Error(`${key} is not ${only}`);
	const at = (path: string | undefined): string | undefined =>
		path === undefined ? undefined : resolve(path);
	return {
		clusters: named("clusters", output.clusters, (inner) => cluster(inner, at)),
		users: named("users", output.users, (inner) => ({
			...user(inner, at),
			file,
		})),
		contexts: named(
			"contexts",
			output.contexts,
			(inner): ContextEntry => inner,
		),
		currentContext: output["current-context"] ?? "",
	};
}

type At = (path: string | undefined) => string | undefined;

function named<Inner, Entry>(
	part: string,
	items: readonly { name: string; inner: Inner }[],
	read: (inner: Inner) => Entry,
): Map<string, Entry> {
	const found = new Map<string, Entry>();
	for (const { name, inner } of items) {
		if (found.has(name)) throw new Error(`duplicate name "${name}" in ${part}`);
		found.set(name, read(inner));
	}
	return found;
}

function cluster(fields: v.InferOutput<typeof CLUSTER>, at: At): ClusterEntry {
	return {
		server: fields.server,
		tlsServerName: fields["tls-server-name"],
		insecureSkipTlsVerify: fields["insecure-skip-tls-verify"],
		certificateAuthority: at(fields["certificate-authority"]),
		certificateAuthorityData: fields["certificate-authority-data"],
		proxyUrl: fields["proxy-url"],
		disableCompression: fields["disable-compression"],
		execConfig:
			fields.extensions.find(
				({ name }) => name === "client.authentication.k8s.io/exec",
			)?.extension ?? undefined,
	};
}

function user(fields: v.InferOutput<typeof USER>, at: At): UserEntry {
	const provider = fields["auth-provider"];
	return {
		clientCertificate: at(fields["client-certificate"]),
		clientCertificateData: fields["client-certificate-data"],
		clientKey: at(fields["client-key"]),
		clientKeyData: fields["client-key-data"],
		token: fields.token,
		tokenFile: at(fields.tokenFile),
		username: fields.username,
		password: fields.password,
		impersonate: impersonation(fields),
		authProvider: provider && {
			name: provider.name ?? "",
			config: mapped(provider.config ?? {}, (value) => value ?? ""),
		},
		exec: fields.exec && exec(fields.exec, at),
	};
}

function impersonation(
	fields: v.InferOutput<typeof USER>,
): Impersonation | undefined {
	const groups = fields["as-groups"];
	const extra = fields["as-user-extra"];
	const impersonate = {
		user: fields.as,
		uid: fields["as-uid"],
		// No group is none: kubectl then asks for no user, either.
		groups: groups?.length === 0 ? undefined : groups,
		extra: extra && mapped(extra, (values) => values ?? []),
	};
	return Object.values(impersonate).every((value) => value === undefined)
		? undefined
		: impersonate;
}

function exec(fields: v.InferOutput<typeof EXEC>, at: At): ExecEntry {
	const { command } = fields;
	return {
		apiVersion: fields.apiVersion,
		// As in a shell: a bare name is for the PATH, anything with a slash is a path.
		command:
			command !== undefined && /[\\/]/.test(command) ? at(command) : command,
		args: fields.args ?? [],
		env: fields.env.map(({ name = "", value = "" }) => ({ name, value })),
		installHint: fields.installHint,
		provideClusterInfo: fields.provideClusterInfo,
		interactiveMode: fields.interactiveMode,
	};
}

function mapped<From, To>(
	values: Readonly<Record<string, From>>,
	change: (value: From) => To,
): Record<string, To> {
	return Object.fromEntries(
		Object.entries(values).map(([key, value]) => [key, change(value)]),
	);
}

/** `token of user "u" is not a string`: the field, where it is, and what it has to be. */
function faultOf(document: unknown, issue: v.BaseIssue<unknown>): string {
	const keys: readonly unknown[] = (issue.path ?? []).map(({ key }) => key);
	const [part, index, inner, ...rest] = keys;
	let where = "the file";
	let path = keys;
	if (typeof part === "string" && part in PARTS && typeof index === "number") {
		const isInner = inner === PARTS[part];
		where = isInner
			? `${PARTS[part]} "${nameAt(document, part, index)}"`
			: `${part}[${index}] of ${where}`;
		path = isInner ? rest : keys.slice(2);
	}
	for (let at = 0; at < path.length; at++) {
		const next = path[at + 1];
		const isItem = typeof next === "number";
		where = `${String(path[at])}${isItem ? `[${next}]` : ""} of ${where}`;
		if (isItem) at++;
	}
	return `${where} is not ${issue.message}`;
}

/** The name of an entry, which is looked up where the whole has not passed. */
function nameAt(document: unknown, part: string, index: number): string {
	const items: unknown = isMapping(document) ? document[part] : undefined;
	const item: unknown = Array.isArray(items) ? items[index] : undefined;
	const name = isMapping(item) ? item.name : undefined;
	return typeof name === "string" ? name : "";
}

function isMapping(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
