import {
	type Conversations,
	dockerConfig,
	mergePatch,
	on,
	otherUid,
	secret,
} from "./steps.ts";

/** Updates and patches. */
export const changing: Conversations = {
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
			strategic("key", { data: { $patch: "replace", other: "djEx" } }),
			strategic("key", { metadata: { resourceVersion: "1" }, data: {} }),
			strategic("key", { metadata: { uid: otherUid } }),
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
};
