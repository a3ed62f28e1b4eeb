import * as v from "valibot";
import { isJsonObject } from "../../../core/json-object.ts";

/** The message of each part is what it has to be: the error says which part is not. */
const A_STRING = "a string";

/** A text, of which "" is none. */
const text = v.pipe(
	v.nullish(v.string(A_STRING)),
	v.transform((value) => value || undefined),
);
/** A text, which is "" where it is absent. */
const word = v.nullish(v.string(A_STRING), "");
const flag = v.pipe(
	v.nullish(v.boolean("true or false")),
	v.transform((value) => value ?? undefined),
);
/** A list of texts, which is empty where it is absent. */
const texts = v.nullish(
	v.custom<readonly string[]>(
		(value) =>
			Array.isArray(value) && value.every((item) => typeof item === "string"),
		"a list of strings",
	),
	[],
);

/** A mapping, of which other fields are left aside. An array is none. */
function mapping<Entries extends v.ObjectEntries>(entries: Entries) {
	return v.pipe(
		v.custom<Record<string, unknown>>(isJsonObject, "a mapping"),
		v.object(entries),
	);
}

/** A mapping of any names. */
function byName<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.pipe(
		v.custom<Record<string, unknown>>(isJsonObject, "a mapping"),
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
				name: word,
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
function shapeOf(resolve: (path: string) => string) {
	const path = v.pipe(
		text,
		v.transform((value) => value && resolve(value)),
	);
	// As in a shell: a bare name is for the PATH, anything with a slash is a path.
	const command = v.pipe(
		text,
		v.transform((value) =>
			value && /[\\/]/.test(value) ? resolve(value) : value,
		),
	);
	return mapping({
		apiVersion: text,
		kind: text,
		clusters: entries(
			"cluster",
			mapping({
				server: text,
				"tls-server-name": text,
				"insecure-skip-tls-verify": flag,
				"certificate-authority": path,
				"certificate-authority-data": text,
				"proxy-url": text,
				"disable-compression": flag,
				extensions: list(
					mapping({ name: text, extension: v.optional(v.unknown()) }),
				),
			}),
		),
		users: entries(
			"user",
			mapping({
				"client-certificate": path,
				"client-certificate-data": text,
				"client-key": path,
				"client-key-data": text,
				token: text,
				tokenFile: path,
				username: text,
				password: text,
				as: text,
				"as-uid": text,
				"as-groups": texts,
				"as-user-extra": v.nullish(byName(texts)),
				"auth-provider": v.nullish(
					mapping({ name: word, config: v.nullish(byName(word), {}) }),
				),
				exec: v.nullish(
					mapping({
						apiVersion: text,
						command,
						args: texts,
						env: list(mapping({ name: word, value: word })),
						installHint: text,
						provideClusterInfo: flag,
						interactiveMode: text,
					}),
				),
			}),
		),
		contexts: entries(
			"context",
			mapping({ cluster: text, user: text, namespace: text }),
		),
		"current-context": text,
	});
}

type EntryOf<Part extends "clusters" | "users" | "contexts"> = Readonly<
	Partial<v.InferOutput<ReturnType<typeof shapeOf>>[Part][number]["inner"]>
>;

/** Fields by the kubeconfig's own names; paths are absolute, data is base64 of PEM. */
export type ClusterEntry = EntryOf<"clusters">;
export type UserEntry = EntryOf<"users"> & {
	/** The file that says so: where renewed tokens of an auth-provider are kept. */
	readonly file?: string | undefined;
};
export type ExecEntry = NonNullable<UserEntry["exec"]>;
export type ContextEntry = EntryOf<"contexts">;

export interface Kubeconfig {
	readonly clusters: ReadonlyMap<string, ClusterEntry>;
	readonly users: ReadonlyMap<string, UserEntry>;
	readonly contexts: ReadonlyMap<string, ContextEntry>;
	/** "" when not set. */
	readonly currentContext: string;
}

/**
 * Several files as one, by kubectl's rules: for every name, and for the current context, the first file that
 * has it, whole. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export function merge(configs: readonly Kubeconfig[]): Kubeconfig {
	// Backwards, so that what is set last is what the first file says.
	const files = configs.toReversed();
	return {
		clusters: new Map(files.flatMap(({ clusters }) => [...clusters])),
		users: new Map(files.flatMap(({ users }) => [...users])),
		contexts: new Map(files.flatMap(({ contexts }) => [...contexts])),
		currentContext:
			configs.map((each) => each.currentContext).find(Boolean) ?? "",
	};
}

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
	const parsed = v.safeParse(shapeOf(resolve), document ?? {}, {
		abortEarly: true,
	});
	if (!parsed.success) throw new Error(faultOf(document, parsed.issues[0]));
	const { output } = parsed;
	for (const [key, only] of [
		["apiVersion", "v1"],
		["kind", "Config"],
	] as const)
		if ((output[key] ?? only) !== only)
			throw new Error(`${key} is not ${only}`);
	return {
		clusters: named("clusters", output.clusters),
		users: named(
			"users",
			output.users.map(({ name, inner }) => ({
				name,
				inner: { ...inner, file },
			})),
		),
		contexts: named("contexts", output.contexts),
		currentContext: output["current-context"] ?? "",
	};
}

function named<Entry>(
	part: string,
	items: readonly { name: string; inner: Entry }[],
): Map<string, Entry> {
	const found = new Map<string, Entry>();
	for (const { name, inner } of items) {
		if (found.has(name)) throw new Error(`duplicate name "${name}" in ${part}`);
		found.set(name, inner);
	}
	return found;
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
	const items: unknown = isJsonObject(document) ? document[part] : undefined;
	const item: unknown = Array.isArray(items) ? items[index] : undefined;
	const name = isJsonObject(item) ? item.name : undefined;
	return typeof name === "string" ? name : "";
}
