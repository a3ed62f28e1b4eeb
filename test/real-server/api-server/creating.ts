import { type Conversations, dockerConfig, json, on, secret } from "./steps.ts";

/** What can be created, and what cannot. */
export const creating: Conversations = {
	creations: (ns) => {
		const { create, get } = on(ns);
		return [
			create(secret({ name: "plain" })),
			create(secret({ name: "plain" })),
			create(
				secret(
					{ name: "full", labels: { b: "2", a: "1" }, annotations: { x: "y" } },
					{ data: { k: "djEx" }, stringData: { k: "v2", l: "v" } },
				),
				"?fieldManager=someone",
			),
			create(secret({ name: "null-label", labels: { a: null } })),
			create(secret({ name: "line" }, { data: { k: "YWJj\nYWJj" } })),
			create(secret({ name: "empty" }, { data: {}, immutable: false })),
			create(secret({ name: "null" }, dockerConfig("bnVsbA=="))),
			create(secret({ name: "dry" }), "?dryRun=All"),
			get("dry"),
			{
				...create("metadata:\n  name: from-yaml\n"),
				contentType: "application/yaml",
			},
			{
				...create(secret({ name: "partial" })),
				accept: json("PartialObjectMetadata"),
			},
		];
	},
	"refused creations": (ns) => {
		const { create } = on(ns);
		return [
			...[
				{},
				{ name: "x", resourceVersion: "1" },
				{ name: "x", namespace: "other" },
				{ name: "x", labels: { a: 1 } },
				{ name: "x", annotations: { a: true } },
				{ name: 1 },
				{ name: "x", labels: { "a b": "c".repeat(64) } },
				{ name: "x", labels: { "A_/b": "c" } },
				{ name: "x", labels: { ["b".repeat(64)]: "c" } },
				{ name: "x", labels: { "a/b/c": "c" } },
				{ name: "x", labels: { "a.b/": "c" } },
				{ name: "x", labels: { "/b": "c" } },
				{ name: "x", labels: { "": "c" } },
				{ name: "x", annotations: { "a b": "c" } },
				{ name: "x", annotations: { a: "c".repeat(262145) } },
				{ name: "n".repeat(254) },
				{ name: "Bad_Name" },
			].map((metadata) => create(secret(metadata))),
			...[
				{ data: { a: 1 } },
				{ data: [] },
				{ data: { "a b": "" } },
				{ data: { "..": "" } },
				{ data: { k: "YWJj!A==" } },
				{ data: { k: "YWJ" } },
				{ data: { k: "YW=j" } },
				{ data: { k: "-_-_" } },
				dockerConfig("W10="),
				dockerConfig("ImEi"),
				dockerConfig("MQ=="),
				dockerConfig(""),
				dockerConfig("bm90IGpzb24="),
				{ type: "kubernetes.io/dockercfg" },
				{ type: "kubernetes.io/tls" },
				{ type: "kubernetes.io/ssh-auth" },
			].map((rest) => create(secret({ name: "x" }, rest))),
			...[
				[],
				'"x"',
				"",
				"<html>",
				'{"metadata":{"name":"x",}}',
				'{"metadata":{"name":nope}}',
				'{"metadata":{"name":"x"}} x',
				{ kind: "Pod", apiVersion: "v1", metadata: { name: "x" } },
				{ kind: "Foo", apiVersion: "v1", metadata: { name: "x" } },
				{ kind: "Secret", apiVersion: "v2", metadata: { name: "x" } },
				" ".repeat(3 * 1024 * 1024 + 1),
			].map((body) => create(body)),
			create(secret({ name: "x" }), "?dryRun=Some"),
			create(secret({ name: "x" }), `?fieldManager=${"x".repeat(129)}`),
			{ ...create("a,b"), contentType: "text/csv" },
			on(`${ns}-none`).create(secret({ name: "x" })),
			on(`${ns}-none`).create(secret({})),
			on(`${ns}-none`).put("x", secret({ name: "x" })),
		];
	},
};
