import type { JsonPatchOperation, Secret } from "../objects.ts";
import type { Action } from "../output/result.ts";
import { PULL_SECRET_DATA_KEY } from "./ownership.ts";
import type { Change, Obstacle } from "./plan.ts";
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
	if (Object.keys(desired.annotations).length > 0)
		operations.push({
			op: "add",
			path: "/metadata/annotations",
			value: { ...current.annotations, ...desired.annotations },
		});
	if (current.content.canonical !== desired.content.canonical)
		operations.push({
			op: "add",
			path: "/data",
			value: { [PULL_SECRET_DATA_KEY]: desired.content.data },
		});
	return operations;
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

/** Why nothing was written, and what to do about it: one line without its `error: `. */
export function obstacleText(current: PullSecret, obstacle: Obstacle): string {
	const secret = `secret "${current.name}" in namespace "${current.namespace}"`;
	switch (obstacle.because) {
		case "foreign":
			return `${secret} is somebody else's (type ${obstacle.type}, no owner label); take it over with --force`;
		case "unmanaged":
			return `${secret} was not made by meshreg and differs; take it over with --force`;
		case "is-source":
			return `${secret} is a source of its own and differs; take it over with --force, or leave the namespace out with --exclude`;
		case "copy-of-another":
			return `${secret} is a copy of ${obstacle.source}; delete it first, or sync that source`;
		case "differs":
			return `secrets "${current.name}" already exists with other content in namespace "${current.namespace}"; overwrite it with --replace, or give it one more registry with --add`;
		case "immutable":
			return `${secret} cannot be updated (immutable, or of another type); delete and recreate it with --force --yes`;
		case "terminating":
			return `${secret} is being deleted and waits for a finalizer; try again when it is gone`;
	}
}
