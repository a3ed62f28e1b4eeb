import { type Conversations, on, secret } from "./steps.ts";

/** Who owns which field. */
export const owning: Conversations = {
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
};
