/**
 * What is asked of the embedded API server and of a real one, to hold the one
 * against the other: conversations of requests, each in a namespace of its own.
 */
import type { Answer } from "../support/raw-api.ts";

/** One request; a function makes it of the answers so far. */
export interface Step {
	method?: string;
	path: string;
	body?: unknown;
	contentType?: string;
	accept?: string;
	headers?: Readonly<Record<string, string>>;
}
export type Steps = readonly (Step | ((earlier: readonly Answer[]) => Step))[];

const namespaces = "/api/v1/namespaces";
const jsonPatch = "application/json-patch+json";
const mergePatch = "application/merge-patch+json";
const strategicPatch = "application/strategic-merge-patch+json";
const applyPatch = "application/apply-patch+yaml";
const otherUid = "00000000-0000-0000-0000-000000000000";
const json = (as: string) => `application/json;as=${as};v=v1;g=meta.k8s.io`;

const secret = (metadata: object, rest: object = {}) => ({
	kind: "Secret",
	apiVersion: "v1",
	metadata,
	...rest,
});
const dockerConfig = (base64: string) => ({
	type: "kubernetes.io/dockerconfigjson",
	data: { ".dockerconfigjson": base64 },
});
/** A field of the answer's metadata. */
function metadataOf(
	answer: Answer | undefined,
	field: "continue" | "resourceVersion",
): string {
	const { metadata = {} } = (answer?.body ?? {}) as {
		metadata?: Record<string, string>;
	};
	return metadata[field] ?? "";
}
const token = (value: object) =>
	Buffer.from(JSON.stringify(value)).toString("base64url");

/** Requests on the Secrets of a namespace. */
function on(namespace: string, plural = "secrets") {
	const path = `${namespaces}/${namespace}/${plural}`;
	const send =
		(method: string, contentType?: string) =>
		(name: string, body?: unknown, query = ""): Step => ({
			method,
			path: `${path}${name === "" ? "" : `/${name}`}${query}`,
			...(body === undefined ? {} : { body }),
			...(contentType === undefined ? {} : { contentType }),
		});
	return {
		path,
		get: send("GET"),
		create: (body: unknown, query = "") => send("POST")("", body, query),
		put: send("PUT"),
		remove: send("DELETE"),
		jsonPatch: send("PATCH", jsonPatch),
		merge: send("PATCH", mergePatch),
		strategic: send("PATCH", strategicPatch),
		apply: (name: string, body: unknown, manager: string, query = "") =>
			send("PATCH", applyPatch)(name, body, `?fieldManager=${manager}${query}`),
		list: (query: Record<string, string>): Step => ({
			path: `${path}?${new URLSearchParams(query)}`,
		}),
	};
}

const watch = (seconds: Record<string, string> = {}) => ({
	watch: "true",
	timeoutSeconds: "1",
	...seconds,
});

const labelSelectors =
	"a|!a|a=1|a==1,tier|a!=1|a in (1,2)|a notin (1)|a in ()|a in (,1)|a in (b,c,)|a in (1|a in 1|a in (x y)|a in (a))|a notin|a b|a,,b|,a|a,|a=b c|a=b b|a=|a=@|a=(b)|(a)|!|!a=b|=a|!=a|a ! b|tier>1|tier<9|tier > x|a>|A_/b=c|a/=b|==";
const fieldSelectors =
	"metadata.name=key|metadata.name!=key|metadata.name==key,|metadata.namespace=x|type=Opaque|type!=Opaque|type|data=x|=x|metadata.uid=x|type=a\\,b|a>b";

/** By name; each is given its namespace, which is there. */
export const conversations: Readonly<
	Record<string, (namespace: string) => Steps>
> = {
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
	updates: (ns) => {
		const { create, put } = on(ns);
		const key = secret(
			{ name: "key", labels: { a: "1" } },
			{ data: { k: "djEx" } },
		);
		return [
			create(key),
			put("key", key),
			put("key", secret({ name: "key" })),
			put(
				"key",
				secret(
					{ name: "key", annotations: { a: "b" } },
					{ stringData: { a: "b" } },
				),
			),
			put("key", secret({ name: "other" })),
			put("key", secret({})),
			put("key", secret({ name: "key", namespace: "zz" })),
			put("key", secret({ name: "key", uid: otherUid })),
			put("key", secret({ name: "key", resourceVersion: "1" })),
			put("absent", secret({ name: "absent", uid: otherUid })),
			put("absent", secret({ name: "absent", resourceVersion: "5" })),
			put("key", secret({ name: "key" }), "?dryRun=x"),
			create(secret({ name: "typed" }, dockerConfig("e30="))),
			put(
				"typed",
				secret({ name: "typed" }, { data: { ".dockerconfigjson": "e30=" } }),
			),
			create(
				secret({ name: "fixed" }, { immutable: true, data: { k: "djEx" } }),
			),
			on(ns).merge("fixed", { immutable: null }),
			on(ns).merge("fixed", { immutable: false, data: null }),
			on(ns).merge("fixed", { type: "x", data: { a: "" } }),
			on(ns).merge("fixed", { metadata: { labels: { a: "b" } } }),
		];
	},
	patches: (ns) => {
		const { create, jsonPatch, merge, strategic } = on(ns);
		const labels = "/metadata/labels";
		return [
			create(
				secret({ name: "key", labels: { a: "1" } }, { data: { k: "djEx" } }),
			),
			...[
				[
					{ op: "test", path: `${labels}/a`, value: "1" },
					{ op: "add", path: `${labels}/x~1y`, value: "3" },
				],
				[{ op: "replace", path: "/metadata/resourceVersion", value: "1" }],
				[{ op: "remove", path: `${labels}/none` }],
				[{ op: "test", path: `${labels}/none`, value: "1" }],
				[{ op: "test", path: `${labels}/none`, value: null }],
				[{ op: "replace", path: `${labels}/none`, value: "1" }],
				[{ op: "add", path: "/metadata/annotations/none", value: "1" }],
				[{ op: "add", path: `${labels}/q`, value: 1 }],
				[{ op: "add", path: `${labels}/q`, value: "a b" }],
				[{ op: "paint" }],
				{},
				[],
				"{",
			].map((body) => jsonPatch("key", body)),
			...[
				{ metadata: { uid: otherUid } },
				{ metadata: { name: "other" } },
				{ metadata: { namespace: "other" } },
				{ kind: "Pod" },
				{ metadata: { labels: { a: null, n: "1" } } },
				{ metadata: { labels: { a: null, n: "1" } } },
				[],
				"{",
			].map((body) => merge("key", body)),
			merge("key", { data: null }, "?dryRun=All"),
			merge("key", { data: null }, "?dryRun=x"),
			strategic("key", { metadata: { labels: { $patch: "replace", b: "2" } } }),
			{ ...merge("key", {}), contentType: `${mergePatch}; charset=utf-8` },
		];
	},
	"service accounts": (ns) => {
		const { create, jsonPatch, merge, strategic, put, remove } = on(
			ns,
			"serviceaccounts",
		);
		const pulls = "/imagePullSecrets";
		return [
			create({
				metadata: { name: "robot" },
				imagePullSecrets: [{ name: "x" }],
			}),
			...[
				[
					{ op: "test", path: pulls, value: [{ name: "x" }] },
					{ op: "add", path: `${pulls}/1`, value: { name: "y" } },
				],
				[
					{ op: "test", path: `${pulls}/0/name`, value: "x" },
					{ op: "remove", path: `${pulls}/0` },
				],
				[{ op: "remove", path: `${pulls}/5` }],
				[{ op: "replace", path: `${pulls}/5`, value: 1 }],
				[{ op: "test", path: `${pulls}/5`, value: null }],
				[{ op: "add", path: pulls, value: [] }],
				[
					{ op: "test", path: pulls, value: null },
					{ op: "add", path: pulls, value: [{ name: "z" }] },
				],
				[{ op: "test", path: "/metadata/resourceVersion", value: "1" }],
				[{ op: "move", from: pulls, path: "/secrets" }],
				[{ op: "copy", from: "/secrets", path: pulls }],
			].map((body) => jsonPatch("robot", body)),
			strategic("robot", {
				secrets: [{ name: "c" }, { $patch: "delete", name: "z" }],
			}),
			merge("robot", { imagePullSecrets: "x" }),
			merge("robot", { imagePullSecrets: ["x"] }),
			put("robot", {
				metadata: { name: "robot" },
				automountServiceAccountToken: false,
			}),
			remove("robot", undefined, "?dryRun=All"),
			remove("robot"),
		];
	},
	deletions: (ns) => {
		const { create, remove, merge, get, path } = on(ns);
		const held = { name: "held", finalizers: ["example.com/f"] };
		return [
			...["a", "b", "c"].map((name) =>
				create(secret({ name, labels: { name } })),
			),
			remove("a", { preconditions: { resourceVersion: "1" } }),
			remove("a", { preconditions: { uid: otherUid, resourceVersion: "1" } }),
			remove("a", "{"),
			remove("a", undefined, "?dryRun=x"),
			remove("a", { kind: "DeleteOptions", apiVersion: "v1", dryRun: ["x"] }),
			remove("a", { kind: "DeleteOptions", apiVersion: "v1", dryRun: ["All"] }),
			(earlier) =>
				remove("a", {
					preconditions: {
						resourceVersion: metadataOf(earlier[0], "resourceVersion"),
					},
				}),
			remove("a"),
			{ ...remove("b"), accept: json("PartialObjectMetadata") },
			create(secret(held)),
			remove("held", undefined, "?dryRun=All"),
			remove("held"),
			remove("held"),
			create(secret(held)),
			merge("held", { metadata: { labels: { a: "b" } } }),
			merge("held", { metadata: { finalizers: ["example.com/f", "x.y/z"] } }),
			merge("held", { metadata: { finalizers: null } }),
			get("held"),
			{ method: "DELETE", path: `${path}?dryRun=All` },
			{ method: "DELETE", path: `${path}?labelSelector=%3D%3D` },
			{ method: "DELETE", path: `${path}?labelSelector=name` },
		];
	},
	namespaces: (ns) => {
		const name = `${ns}-leaving`;
		const at = `${namespaces}/${name}`;
		const merge = (body: unknown): Step => ({
			method: "PATCH",
			path: at,
			contentType: mergePatch,
			body,
		});
		return [
			...["n".repeat(64), "a.b", "A"].map(
				(bad): Step => ({
					method: "POST",
					path: namespaces,
					body: { metadata: { name: bad } },
				}),
			),
			{
				method: "POST",
				path: namespaces,
				body: { metadata: { name, namespace: "x" } },
			},
			merge({ metadata: { labels: { "kubernetes.io/metadata.name": null } } }),
			merge({
				metadata: { labels: { q: "1" } },
				status: { phase: "Terminating" },
				spec: {},
			}),
			{
				method: "PUT",
				path: at,
				body: { metadata: { name, labels: { z: "1" } } },
			},
			{ method: "DELETE", path: `${at}?dryRun=All` },
			{ method: "DELETE", path: at },
			{ method: "DELETE", path: at },
			merge({ metadata: { labels: { x: "y" } } }),
			on(name).create(secret({ name: "x" }), "?dryRun=All"),
			on(name).create(secret({ generateName: "x-" })),
			{ method: "POST", path: namespaces, body: { metadata: { name } } },
			{
				path: `${namespaces}?fieldSelector=status.phase%3DTerminating,metadata.name%3D${name}`,
			},
			{ method: "DELETE", path: `${namespaces}/kube-system` },
			{ method: "DELETE", path: namespaces },
		];
	},
	"label selectors": (ns) => [
		on(ns).create(secret({ name: "key", labels: { a: "1", tier: "2" } })),
		on(ns).create(secret({ name: "none" })),
		...labelSelectors
			.split("|")
			.map((labelSelector) => on(ns).list({ labelSelector })),
	],
	"field selectors": (ns) => [
		on(ns).create(secret({ name: "key" })),
		on(ns).create(secret({ name: "typed" }, dockerConfig("e30="))),
		...fieldSelectors
			.split("|")
			.map((fieldSelector) => on(ns).list({ fieldSelector })),
		...[
			"spec.nodeName=x",
			"status.phase=Running",
			"spec.serviceAccountName=x",
			"data=x",
		].map((fieldSelector) => on(ns, "pods").list({ fieldSelector })),
		...[
			"involvedObject.name=x",
			"involvedObject.uid=x,reason=y",
			"involvedObject.kind=Pod,involvedObject.namespace=a",
			"type=Warning",
			"source=x",
			"message=x",
		].map((fieldSelector) => on(ns, "events").list({ fieldSelector })),
		on(ns, "serviceaccounts").list({ fieldSelector: "data=x" }),
		{ path: `${namespaces}?fieldSelector=name%3Dx` },
	],
	pages: (ns) => {
		const { create, list } = on(ns);
		const next = (index: number, query: Record<string, string> = {}) => {
			return (earlier: readonly Answer[]) =>
				list({ ...query, continue: metadataOf(earlier[index], "continue") });
		};
		return [
			...["a", "b", "c"].map((name) => create(secret({ name }))),
			list({ limit: "1" }),
			next(3, { limit: "1" }),
			next(4, { limit: "500" }),
			next(3),
			next(3, { resourceVersion: "1" }),
			list({ limit: "3" }),
			list({ limit: "2", fieldSelector: "metadata.name!=x" }),
			...["0", "-1", "x"].map((limit) => list({ limit })),
			...[
				token({ v: "x", rv: 1, start: "a" }),
				token({ v: "meta.k8s.io/v1", rv: 0, start: "a" }),
				"***",
				"abc",
			].map((text) => list({ continue: text })),
			...["0", "abc", "999999999"].map((resourceVersion) =>
				list({ resourceVersion }),
			),
		];
	},
	forms: (ns) => {
		const { create, get, path } = on(ns);
		const one = json("PartialObjectMetadata");
		const many = json("PartialObjectMetadataList");
		return [
			create(secret({ name: "a" })),
			...[one, many, "text/html", "*/*", json("Table")].map((accept) => ({
				...get("a"),
				accept,
			})),
			...[one, many, `${many},application/json`, json("Table")].map(
				(accept) => ({
					path,
					accept,
				}),
			),
			{
				path: `${namespaces}?fieldSelector=metadata.name%3D${ns}`,
				accept: json("Table"),
			},
			{ ...get("a"), method: "HEAD" },
		];
	},
	watches: (ns) => {
		const { create, merge, remove, list, path, get } = on(ns);
		const since = (query: Record<string, string>) => {
			return (earlier: readonly Answer[]) =>
				list(
					watch({
						...query,
						resourceVersion: metadataOf(earlier[0], "resourceVersion"),
					}),
				);
		};
		return [
			{ path },
			create(secret({ name: "w", labels: { n: "a" } })),
			merge("w", { metadata: { labels: { n: "z" } } }),
			remove("w"),
			create(secret({ name: "x" })),
			since({}),
			since({ labelSelector: "n=a" }),
			since({ fieldSelector: "metadata.name=w" }),
			(earlier) => ({
				...since({})(earlier),
				accept: json("PartialObjectMetadata"),
			}),
			list(watch()),
			list(watch({ resourceVersion: "0" })),
			list(watch({ resourceVersion: "abc" })),
			list(watch({ labelSelector: "==" })),
			list(watch({ fieldSelector: "data=x" })),
			get("x", undefined, "?watch=true&timeoutSeconds=1"),
		];
	},
	apply: (ns) => {
		const { apply, put, create, merge } = on(ns);
		const one = (rest: object, labels?: object) =>
			secret(
				{ name: "one", ...(labels === undefined ? {} : { labels }) },
				rest,
			);
		return [
			apply("one", one({ data: { k: "djEx" } }, { a: "1" }), "first"),
			apply("one", one({ data: { k: "djEx" } }, { a: "1", b: "2" }), "second"),
			apply("one", one({ data: { k: "djEy" } }, { a: "2", b: "3" }), "third"),
			put(
				"one",
				one({ data: { k: "djEx", j: "djEx" } }, { a: "9" }),
				"?fieldManager=put",
			),
			apply("one", one({ data: { k: "djEy" } }, { a: "1" }), "first"),
			apply(
				"one",
				one({ data: { k: "djEy" } }, { a: "1" }),
				"first",
				"&force=true",
			),
			apply("one", one({}), "first"),
			apply("one", one({}), "second"),
			apply("one", secret({ name: "other" }), "second"),
			apply("one", secret({}), "second"),
			apply("one", { metadata: { name: "one" } }, "second"),
			apply("one", secret({ name: "one", resourceVersion: "1" }), "second"),
			apply("one", secret({ name: "one", uid: "x" }), "second"),
			apply("one", secret({ name: "one", managedFields: [] }), "second"),
			apply("one", one({ type: "x" }), "second", "&force=true"),
			apply(
				"two",
				secret({ name: "two" }, { stringData: { a: "b" } }),
				"x",
				"&dryRun=All",
			),
			apply("two", secret({ name: "two", uid: "abc" }), "x"),
			create(secret({ name: "made", labels: { n: "a" } })),
			apply("made", secret({ name: "made", labels: { n: "q" } }), "x"),
			apply("made", secret({ name: "made", labels: { n: "a", m: "1" } }), "x"),
			merge("made", { metadata: { managedFields: [] } }),
			merge("made", { metadata: { labels: { z: "1" } } }),
			apply("made", secret({ name: "made", labels: { z: "2" } }), "x"),
			apply("made", secret({ name: "made", labels: { z: "1", y: "2" } }), "x"),
		];
	},
	owners: (ns) => {
		const { create, merge } = on(ns);
		const labels = (value: object | null) => ({ metadata: { labels: value } });
		const agent = { "user-agent": "agent/1.0 (x)" };
		return [
			create(
				secret(
					{ name: "o", labels: { a: "1", b: "2" }, annotations: { q: "r" } },
					{ data: { k: "djEx", l: "djEx" }, immutable: false },
				),
				"?fieldManager=one",
			),
			merge(
				"o",
				{ ...labels({ a: "9", b: null, c: "3" }), data: { l: null } },
				"?fieldManager=two",
			),
			{ ...merge("o", { metadata: { annotations: null } }), headers: agent },
			merge("o", labels(null), "?fieldManager=one"),
			merge("o", { data: null }, "?fieldManager=three"),
		];
	},
	"identity and paths": (ns) => {
		const as = (name: string, more: Record<string, string> = {}) => ({
			headers: { "impersonate-user": name, ...more },
		});
		const review = {
			method: "POST",
			path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
			body: {},
		};
		const access = (spec: object) => ({
			method: "POST",
			path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
			body: { spec },
		});
		const { path, create, get } = on(ns);
		return [
			...[
				{ path },
				get("x"),
				create("{"),
				{ method: "DELETE", path },
				{ path: "/api/v1/secrets" },
				{ path: "/api/v1/secrets?watch=1" },
				{ path: namespaces },
				{ path: `${namespaces}/${ns}` },
				{ path: "/metrics" },
				{ path: "/nope" },
				review,
				access({ resourceAttributes: { verb: "list", resource: "secrets" } }),
			].map((step) => ({ ...step, ...as("nobody") })),
			...["/api", "/version", "/readyz", path].map((to) => ({
				path: to,
				...as("system:anonymous"),
			})),
			{ ...review, ...as("system:anonymous") },
			{ path, headers: { "impersonate-group": "g" } },
			{ path, headers: { "impersonate-uid": "g" } },
			{ path, ...as("nobody", { "impersonate-group": "system:masters" }) },
			{
				...review,
				...as("x", { "impersonate-group": "g", "impersonate-uid": "7" }),
			},
			{ ...review, ...as("system:serviceaccount:a:b") },
			{
				...review,
				...as("system:serviceaccount:a:b", { "impersonate-group": "g" }),
			},
			access({}),
			access({ nonResourceAttributes: { verb: "get", path: "/metrics" } }),
			{ path: "/nope" },
			{ path: "/api/v2" },
			{ path: "/apis/none/v1" },
			{ path: `${namespaces}/${ns}/nothing` },
			{ path: `${path}/a/b` },
			{ path: "/api/v1/secrets/x" },
			{ path: `${namespaces}/x%2Fy` },
			{ method: "POST", path: "/api/v1/secrets", body: {} },
			{ method: "PUT", path, body: {} },
			{ method: "PATCH", path, contentType: mergePatch, body: {} },
		];
	},
};
