/**
 * What is asked of the embedded API server and of a real one, to hold the one
 * against the other: conversations of requests, each in a namespace of its own.
 */
import type { Answer } from "../../support/raw-api.ts";

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

export const namespaces = "/api/v1/namespaces";
export const jsonPatch = "application/json-patch+json";
export const mergePatch = "application/merge-patch+json";
export const strategicPatch = "application/strategic-merge-patch+json";
export const applyPatch = "application/apply-patch+yaml";
export const otherUid = "00000000-0000-0000-0000-000000000000";
export const json = (as: string) =>
	`application/json;as=${as};v=v1;g=meta.k8s.io`;

export const secret = (metadata: object, rest: object = {}) => ({
	kind: "Secret",
	apiVersion: "v1",
	metadata,
	...rest,
});
export const dockerConfig = (base64: string) => ({
	type: "kubernetes.io/dockerconfigjson",
	data: { ".dockerconfigjson": base64 },
});
/** A field of the answer's metadata. */
export function metadataOf(
	answer: Answer | undefined,
	field: "continue" | "resourceVersion",
): string {
	const { metadata = {} } = (answer?.body ?? {}) as {
		metadata?: Record<string, string>;
	};
	return metadata[field] ?? "";
}
export const token = (value: object) =>
	Buffer.from(JSON.stringify(value)).toString("base64url");

/** Requests on the Secrets of a namespace. */
export function on(namespace: string, plural = "secrets") {
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

export const watch = (seconds: Record<string, string> = {}) => ({
	watch: "true",
	timeoutSeconds: "1",
	...seconds,
});

/** Conversations by name; each is given its namespace, which is there. */
export type Conversations = Readonly<
	Record<string, (namespace: string) => Steps>
>;
