import {
	type Conversations,
	json,
	mergePatch,
	metadataOf,
	namespaces,
	on,
	otherUid,
	type Step,
	secret,
} from "./steps.ts";

/** Deletions, and namespaces that go. */
export const deleting: Conversations = {
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
};
