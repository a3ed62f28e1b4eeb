import type { JsonPatchOperation, Secret } from "../objects.ts";
import { LAST_APPLIED } from "../objects.ts";
import type { Action } from "../output/result.ts";
import type { Change } from "./change.ts";
import {
	BY_POLICY_ANNOTATION,
	EXPIRES_IN_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	LABEL_ANNOTATION,
	PROVIDER_ANNOTATION,
	PULL_SECRET_DATA_KEY,
	roleOf,
	SERVERS_ANNOTATION,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	TARGETS_ANNOTATION,
} from "./ownership.ts";
import type { DesiredPullSecret, PullSecret } from "./pull-secret.ts";

/**
 * The JSON Patch of an update. It keeps other people's labels, annotations and
 * finalizers, and names the resourceVersion that was read: the API server
 * answers 409 when anything has changed since.
 */
export function updateOperations(
	current: PullSecret,
	desired: DesiredPullSecret,
): JsonPatchOperation[] {
	const operations: JsonPatchOperation[] = [
		{
			op: "replace",
			path: "/metadata/resourceVersion",
			value: current.resourceVersion,
		},
		{
			op: "add",
			path: "/metadata/labels",
			value: { ...current.labels, ...desired.labels },
		},
	];
	const annotations = annotationsAfter(current, desired);
	if (
		Object.keys({ ...annotations, ...current.annotations }).some(
			(key) => annotations[key] !== current.annotations[key],
		)
	)
		operations.push({
			op: "add",
			path: "/metadata/annotations",
			value: annotations,
		});
	if (current.content.canonical !== desired.content.canonical)
		operations.push({
			op: "add",
			path: "/data",
			value: { [PULL_SECRET_DATA_KEY]: desired.content.data },
		});
	return operations;
}

/** What only a source remembers. */
export const OF_SOURCES: readonly string[] = [
	SERVERS_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	EXPIRES_IN_ANNOTATION,
	TARGETS_ANNOTATION,
	LABEL_ANNOTATION,
	PROVIDER_ANNOTATION,
	BY_POLICY_ANNOTATION,
];
/** What only a copy remembers. */
const OF_COPIES = [SOURCE_ANNOTATION, SOURCE_UID_ANNOTATION];

/** The annotations after an update: other people's stay; what we remember of a copy goes from a source, and the other way round. */
export function annotationsAfter(
	current: PullSecret,
	desired: DesiredPullSecret,
): Record<string, string> {
	const isCopy = SOURCE_ANNOTATION in desired.annotations;
	const isTakenOver = roleOf(current) !== (isCopy ? "copy" : "source");
	const gone = [
		...(isCopy ? OF_SOURCES : OF_COPIES),
		...(isTakenOver ? [LAST_APPLIED] : []),
	];
	return {
		...Object.fromEntries(
			Object.entries(current.annotations).filter(
				([key]) => !gone.includes(key),
			),
		),
		...desired.annotations,
	};
}

/** A Secret as it can be created again after it was deleted: without what the server gave it. */
export function recreatable(secret: Secret): Secret {
	const { name, namespace, labels, annotations, finalizers, ownerReferences } =
		secret.metadata;
	return {
		...secret,
		metadata: {
			...(name !== undefined && { name }),
			...(namespace !== undefined && { namespace }),
			...(labels && { labels }),
			...(annotations && { annotations }),
			...(finalizers && { finalizers }),
			...(ownerReferences && { ownerReferences }),
		},
	};
}

/** What a change is called once it is done. */
export function actionOf(change: Change): Action {
	switch (change.action) {
		case "create":
			return "created";
		case "update":
		case "replace":
			return "configured";
		case "delete":
			return "deleted";
		case "unchanged":
			return "unchanged";
		case "conflict":
			return "failed";
	}
}
