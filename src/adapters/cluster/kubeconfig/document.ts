import * as v from "valibot";
import { fieldOf, isJsonObject, textIn } from "../../../core/json-object.ts";
import type {
	FieldType,
	KubeconfigFault,
} from "../../../core/output/connection-failure.ts";
import { FailureError } from "../../../core/output/failure.ts";

/** The message of each part is what it has to be: the failure says which part is not. */
const is = <Type extends FieldType>(type: Type): Type => type;

/** A text, of which "" is none. */
const text = v.pipe(
	v.nullish(v.string(is("string"))),
	v.transform((value) => value || undefined),
);
/** A text, which is "" where it is absent. */
const word = v.nullish(v.string(is("string")), "");
const flag = v.pipe(
	v.nullish(v.boolean(is("flag"))),
	v.transform((value) => value ?? undefined),
);
/** A list of texts, which is empty where it is absent. */
const texts = v.nullish(
	v.custom<readonly string[]>(
		(value) =>
			Array.isArray(value) && value.every((item) => typeof item === "string"),
		is("strings"),
	),
	[],
);

const anyMapping = v.custom<Record<string, unknown>>(
	isJsonObject,
	is("mapping"),
);

/** A mapping, of which other fields are left aside. An array is none. */
function mapping<Entries extends v.ObjectEntries>(entries: Entries) {
	return v.pipe(anyMapping, v.object(entries));
}

/** A mapping of any names. */
function byName<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.pipe(anyMapping, v.record(v.string(), schema));
}

/** A list that may be absent, and is then empty. */
function list<Output>(schema: v.GenericSchema<unknown, Output>) {
	return v.nullish(v.array(schema, is("list")), []);
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
/** A kubeconfig's user. */
export type UserEntry = EntryOf<"users"> & {
	/** The file that says so: where renewed tokens of an auth-provider are kept. */
	readonly file?: string | undefined;
};
export type ExecEntry = NonNullable<UserEntry["exec"]>;
type ContextEntry = EntryOf<"contexts">;

/** What kubeconfig files say, by name. */
export interface Kubeconfig {
	readonly clusters: ReadonlyMap<string, ClusterEntry>;
	readonly users: ReadonlyMap<string, UserEntry>;
	readonly contexts: ReadonlyMap<string, ContextEntry>;
	/** "" when not set. */
	readonly currentContext: string;
	/** What KUBECONFIG names, where no such file exists. */
	readonly absent?: readonly string[];
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
const PARTS = {
	clusters: "cluster",
	users: "user",
	contexts: "context",
} as const;
type List = keyof typeof PARTS;

/**
 * A parsed YAML document as a Kubeconfig. Unknown fields are left aside, a
 * known field of the wrong type is an error, as with kubectl.
 *
 * `resolve` makes a relative path absolute, beside the file. Throws FailureError
 * with the field and never its value: the file holds credentials. `file`, its path, is noted in its users.
 */
export function fromDocument(
	document: unknown,
	resolve: (path: string) => string,
	file: string,
): Kubeconfig {
	const parsed = v.safeParse(shapeOf(resolve), document ?? {}, {
		abortEarly: true,
	});
	if (!parsed.success)
		throw broken(file, typeFault(document, parsed.issues[0]));
	const { output } = parsed;
	for (const [field, wanted] of [
		["apiVersion", "v1"],
		["kind", "Config"],
	] as const)
		if ((output[field] ?? wanted) !== wanted)
			throw broken(file, { is: "wrong-value", field, wanted });
	const users = named("users", output.users, file);
	return {
		clusters: named("clusters", output.clusters, file),
		users: new Map([...users].map(([name, user]) => [name, { ...user, file }])),
		contexts: named("contexts", output.contexts, file),
		currentContext: output["current-context"] ?? "",
	};
}

function named<Entry>(
	list: List,
	items: readonly { name: string; inner: Entry }[],
	file: string,
): Map<string, Entry> {
	const found = new Map<string, Entry>();
	for (const { name, inner } of items) {
		if (found.has(name))
			throw broken(file, { is: "duplicate-name", list, name });
		found.set(name, inner);
	}
	return found;
}

/** The field, where it is, and what it has to be. */
function typeFault(
	document: unknown,
	issue: v.BaseIssue<unknown>,
): KubeconfigFault {
	const keys = (issue.path ?? []).map(({ key }) =>
		typeof key === "number" ? key : String(key),
	);
	// The message of each part of the schema is one of these.
	const wanted = issue.message as FieldType;
	const [list, index, part, ...rest] = keys;
	if (isList(list) && typeof index === "number" && part === PARTS[list])
		return {
			is: "wrong-type",
			field: rest,
			in: { kind: PARTS[list], name: nameAt(document, list, index) },
			wanted,
		};
	return { is: "wrong-type", field: keys, in: undefined, wanted };
}

function isList(key: unknown): key is List {
	return typeof key === "string" && Object.hasOwn(PARTS, key);
}

function broken(path: string, fault: KubeconfigFault): FailureError {
	return new FailureError({ cause: "kubeconfig-invalid", path, fault });
}

/** The name of an entry, which is looked up where the whole has not passed. */
function nameAt(document: unknown, part: string, index: number): string {
	const items = fieldOf(document, part);
	return Array.isArray(items) ? textIn(items[index], "name") : "";
}
