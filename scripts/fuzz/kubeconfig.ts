import fc from "fast-check";
import {
	fromDocument,
	merge,
} from "../../src/adapters/cluster/kubeconfig/document.ts";
import { choose } from "../../src/adapters/cluster/kubeconfig/resolve-context.ts";
import { serverUrl } from "../../src/adapters/cluster/kubeconfig/server.ts";
import { parseKubeconfig } from "../../src/adapters/cluster/kubeconfig/yaml.ts";
import { isFailure } from "../../src/core/output/failure.ts";
import { refusalIn } from "./oracle.ts";
import { nearly, type Subject, sometimes } from "./subject.ts";

/** kubectl's address where nothing says another. */
const FALLBACK = "http://localhost:8080";

const name = fc.constantFrom(
	"a",
	"b",
	"a b",
	"true",
	"1",
	"é",
	"#a",
	"a: b",
	"null",
	"~",
);
const word = fc.oneof(
	fc.constantFrom(
		"t",
		"~",
		"yes",
		"no",
		"0x1f",
		"1e3",
		"1_0",
		"012",
		"0o7",
		"'q'",
		'"q"',
		"a #b",
		"a: b",
		"- a",
		"*a",
		"!a",
		"%a",
		"@a",
		"`",
		"2026-01-01",
		".inf",
		"<<",
	),
	fc.string({ maxLength: 4 }),
);
const flag = fc.constantFrom<unknown>(true, false, null, 1);

const cluster = fc.record({
	server: sometimes(
		fc.constantFrom("https://a:1", "https://b", "a.io:443", "http://c/p"),
	),
	"insecure-skip-tls-verify": sometimes(flag),
	"tls-server-name": sometimes(word),
	other: sometimes(word),
});
const user = fc.record({
	token: sometimes(word),
	username: sometimes(word),
	password: sometimes(word),
	as: sometimes(word),
	"as-groups": sometimes(fc.array(word, { maxLength: 2 })),
});
const context = fc.record({
	cluster: sometimes(name),
	user: sometimes(name),
	namespace: sometimes(word),
});

const list = (key: string, value: fc.Arbitrary<object>) =>
	fc
		.array(fc.tuple(name, value), { maxLength: 3 })
		.map((items) =>
			items.map(([each, inner]) => ({ name: each, [key]: inner })),
		);

const document = fc
	.record({
		apiVersion: sometimes(fc.constantFrom("v1", "v2", 1)),
		kind: sometimes(fc.constantFrom("Config", "config")),
		"current-context": fc.oneof(fc.constant("a"), name),
		clusters: fc.oneof(
			{ weight: 9, arbitrary: list("cluster", cluster) },
			{ weight: 1, arbitrary: fc.constantFrom(null, {}, "a") },
		),
		users: list("user", user),
		contexts: list("context", context),
		preferences: sometimes(fc.constant({})),
	})
	.map(withoutUndefined);

function withoutUndefined<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}

/** The document as people and tools write it: JSON, block YAML, plain words where YAML takes them. */
const written = fc
	.tuple(
		document,
		fc.constantFrom("json", "yaml", "plain" as const),
		fc.boolean(),
	)
	.map(([value, how, merges]) => {
		if (how === "json") return JSON.stringify(value, null, 2);
		const text = `${block(value, "", how === "plain")}\n`;
		return merges
			? text.replace(
					/^( +)(?:token|username|as): .*$/m,
					"$&\n$1<<: {token: m, as: m}",
				)
			: text;
	});

function block(value: unknown, indent: string, plain: boolean): string {
	if (Array.isArray(value))
		return value.length === 0
			? "[]"
			: `\n${value.map((item) => `${indent}- ${block(item, `${indent}  `, plain).replace(/^\n */, "")}`).join("\n")}`;
	if (typeof value === "object" && value !== null) {
		const entries = Object.entries(value);
		return entries.length === 0
			? "{}"
			: `\n${entries
					.map(([key, item]) => {
						const text = block(
							item,
							Array.isArray(item) ? indent : `${indent}  `,
							plain,
						);
						return `${indent}${key}:${text.startsWith("\n") ? text : ` ${text}`}`;
					})
					.join("\n")}`;
	}
	return typeof value === "string" &&
		!(plain && /^[\w.:/ #~%*'"-]*$/.test(value))
		? JSON.stringify(value)
		: String(value);
}

/** Where kubectl would go, and as whom, against clientcmd. */
export const kubeconfig: Subject<readonly string[]> = {
	name: "kubeconfig",
	input: fc.array(nearly(written, "\n :-{}[]\"'#&*!|>%\ta~"), {
		minLength: 1,
		maxLength: 3,
	}),
	async compare(texts, ask) {
		const theirs = await ask("kubeconfig", texts);
		const refused = refusalIn(theirs);
		const ours = await read(texts);
		// What is no YAML to one of the parsers may be some to the other: nobody's kubeconfig depends on it.
		const isYaml =
			refused === undefined || !/yaml: |did not find/.test(refused);
		return ours === undefined || !isYaml
			? { ours: theirs, theirs }
			: refused !== undefined && "error" in ours
				? { ours, theirs: ours }
				: { ours, theirs };
	},
};

/** undefined for what is not compared. */
async function read(texts: readonly string[]): Promise<object | undefined> {
	let documents: unknown[];
	try {
		documents = await Promise.all(texts.map(parseKubeconfig));
	} catch {
		return undefined;
	}
	try {
		const config = merge(
			documents.map((each) => fromDocument(each, (path) => path, "FILE")),
		);
		const { clusters, users, contexts } = config;
		// Nobody has names that are empty, which Go gives to whoever names none.
		if ([clusters, users, contexts].some((names) => names.has("")))
			return undefined;
		const { server, namespace, user, cluster } = choose(config, {}, FALLBACK);
		// As the adapter does: nothing secret goes over plain HTTP, and no password without a user.
		const secure = serverUrl(server).protocol === "https:";
		return {
			server,
			namespace,
			username: (secure && user.username) || "",
			password: (secure && user.username && user.password) || "",
			token: (secure && user.token) || "",
			insecure: (secure && cluster["insecure-skip-tls-verify"]) || false,
			as: user.as ?? "",
		};
	} catch (error) {
		// To kubectl a name that is missing is nobody and the old address; ours says that it is missing.
		return isFailure(error, "kubeconfig-entry-missing")
			? undefined
			: { error: `${error}` };
	}
}
