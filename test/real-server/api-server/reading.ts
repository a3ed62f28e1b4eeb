import type { Answer } from "../../support/raw-api.ts";
import {
	type Conversations,
	dockerConfig,
	json,
	metadataOf,
	namespaces,
	on,
	secret,
	token,
	watch,
} from "./steps.ts";

const labelSelectors =
	"a|!a|a=1|a==1,tier|a!=1|a in (1,2)|a notin (1)|a in ()|a in (,1)|a in (b,c,)|a in (1|a in 1|a in (x y)|a in (a))|a notin|a b|a,,b|,a|a,|a=b c|a=b b|a=|a=@|a=(b)|(a)|!|!a=b|=a|!=a|a ! b|tier>1|tier<9|tier > x|a>|A_/b=c|a/=b|==";
const fieldSelectors =
	"metadata.name=key|metadata.name!=key|metadata.name==key,|metadata.namespace=x|type=Opaque|type!=Opaque|type|data=x|=x|metadata.uid=x|type=a\\,b|a>b";

/** Lists, pages, forms and watches. */
export const reading: Conversations = {
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
			list({ limit: "2", fieldSelector: "metadata.name!=c" }),
			next(10, { limit: "2", fieldSelector: "metadata.name!=c" }),
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
};
