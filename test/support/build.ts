/** Sources, copies and accounts as somebody has left them in a cluster: put into the store of an embedded API server. */
import assert from "node:assert/strict";
import type { ApiServer } from "./api-server/index.ts";

/** The name of the default mesh's pull secret. */
export const NAME = "nginx-mesh-registry-key";

/** What tells that it is ours, beside the label of its name. */
export const MANAGED = { "app.kubernetes.io/managed-by": "kubectl-meshreg" };

/** The labels of a source and its copies. */
export const labelsOf = (name = NAME) => ({ usage: name, ...MANAGED });

interface Bed {
	readonly server: ApiServer;
}

/** `auths` by registry, or the text of the docker config as it stands there. */
export type Content = Readonly<Record<string, object>> | string;

interface SecretFields {
	readonly metadata?: object;
	readonly type?: string;
	readonly immutable?: boolean;
}

/** A Secret; `at`: `NAMESPACE/NAME`, or a namespace for the usual name. */
export function secret(
	{ server }: Bed,
	at: string,
	content: Content,
	{
		metadata = {},
		type = "kubernetes.io/dockerconfigjson",
		...more
	}: SecretFields = {},
): void {
	const [namespace = "", name = NAME] = at.split("/");
	const text =
		typeof content === "string" ? content : JSON.stringify({ auths: content });
	const key = type.endsWith("dockercfg") ? ".dockercfg" : ".dockerconfigjson";
	server.store.seed({
		kind: "Secret",
		metadata: { namespace, name, ...metadata },
		type,
		data: { [key]: Buffer.from(text).toString("base64") },
		...more,
	});
}

/** The record that names these namespaces, each trusted by its name. */
export function recordOf(namespaces: readonly string[]): string {
	const names = Object.fromEntries(namespaces.map((name) => [name, ""]));
	return JSON.stringify(namespaces.length === 0 ? [] : [{ namespaces: names }]);
}

/** A source in nginx-mesh (or `NAMESPACE[/NAME]`), recorded for these namespaces; its uid is its name. */
export function source(
	bed: Bed,
	content: Content,
	namespaces: readonly string[] = [],
	{
		at = "nginx-mesh",
		...metadata
	}: { at?: string; annotations?: object; labels?: object } & object = {},
): void {
	const name = at.split("/")[1] ?? NAME;
	secret(bed, at, content, {
		metadata: {
			labels: labelsOf(name),
			uid: name,
			annotations: { "kubectl-meshreg/targets": recordOf(namespaces) },
			...metadata,
		},
	});
}

/** The marks of a copy of this source, `NAMESPACE/NAME`. */
export function copyOf(from = `nginx-mesh/${NAME}`, uid?: string) {
	return {
		labels: labelsOf(from.split("/")[1]),
		annotations: {
			"kubectl-meshreg/source": from,
			...(uid !== undefined && { "kubectl-meshreg/source-uid": uid }),
		},
	};
}

/** A service account with these pull secrets, or without such a list; `at`: `NAMESPACE/NAME`, or a namespace for its default. */
export function account(
	{ server }: Bed,
	at: string,
	pullSecrets?: readonly string[],
	more: object = {},
): void {
	const [namespace = "", name = "default"] = at.split("/");
	server.store.seed({
		kind: "ServiceAccount",
		metadata: { namespace, name },
		imagePullSecrets: pullSecrets?.map((secretName) => ({ name: secretName })),
		...more,
	});
}

/** A service account that attach gave the pull secret; `at` as with `account`. */
export function attachedAccount(bed: Bed, at: string): void {
	const [namespace = "", name = "default"] = at.split("/");
	account(bed, at, [NAME], {
		metadata: {
			namespace,
			name,
			labels: { "kubectl-meshreg/attached": "true" },
			annotations: { "kubectl-meshreg/attached-keys": NAME },
		},
	});
}

/** A pod with one container; `at`: `NAMESPACE/NAME`. `waits`: why its image is not there. */
export function pod(
	{ server }: Bed,
	at: string,
	{
		image = "r.io/app:1",
		pullSecrets = [NAME],
		waits,
		message = "",
	}: {
		image?: string;
		pullSecrets?: readonly string[];
		waits?: string;
		message?: string;
	} = {},
): void {
	const [namespace = "", name = ""] = at.split("/");
	server.store.seed({
		kind: "Pod",
		metadata: { namespace, name },
		spec: {
			containers: [{ name: "c", image }],
			imagePullSecrets: pullSecrets.map((each) => ({ name: each })),
		},
		...(waits !== undefined && {
			status: {
				containerStatuses: [
					{ name: "c", state: { waiting: { reason: waits, message } } },
				],
			},
		}),
	});
}

/** What the metadata of a Deployment's pod says of what made it. */
export function ofDeployment(name: string, hash = "5d9") {
	return {
		labels: { "pod-template-hash": hash },
		ownerReferences: [
			{
				apiVersion: "apps/v1",
				kind: "ReplicaSet",
				name: `${name}-${hash}`,
				uid: name,
				controller: true,
			},
		],
	};
}

/** Somebody edits an object that is there: these annotations beside its own (undefined takes one away), and these fields instead of its own. */
export function edit(
	{ server }: Bed,
	kind: string,
	at: string,
	{
		annotations,
		...fields
	}: { annotations?: object } & Readonly<Record<string, unknown>>,
): void {
	const [namespace = "", name = NAME] = at.split("/");
	const stored = server.store.get(kind, namespace, name);
	assert.ok(stored, `${kind} ${at}`);
	const { resourceVersion: _, ...metadata } = stored.metadata;
	server.store.seed({
		...stored,
		...fields,
		kind,
		metadata: {
			...metadata,
			annotations: Object.fromEntries(
				Object.entries({ ...metadata.annotations, ...annotations }).filter(
					([, value]) => value !== undefined,
				),
			),
		},
	});
}

/** A namespace that is being deleted, and stays so. */
export function goingNamespace(
	{ server }: Bed,
	name: string,
	metadata: object = {},
): void {
	server.store.seed({
		kind: "Namespace",
		metadata: {
			...metadata,
			name,
			deletionTimestamp: "2026-11-21T00:00:00Z",
			finalizers: ["example.com/wait"],
		},
		status: { phase: "Terminating" },
	});
}

/** From now on the API server does not know kinds whose plurals begin so; the answer ends that. */
export function withoutKinds({ server }: Bed, plural: string): () => void {
	return server.onRequest(({ target }) =>
		target?.resource.plural.startsWith(plural)
			? {
					answer: {
						status: 404,
						message: "the server could not find the requested resource",
					},
				}
			: undefined,
	);
}
