import {
	type Kind,
	type MergePatch,
	type ObjectOf,
	RESOURCES,
} from "../../../core/objects.ts";
import { ApiError, unlessNotFound } from "../../../errors.ts";
import type { Cluster, ObjectRef, SeenThroughOptions } from "../../../world.ts";
import { alreadyPatched, carriesOut } from "./idempotency.ts";
import { collectionPath, objectPath, REVIEWS, writeQuery } from "./paths.ts";
import type { KnownData } from "./redact.ts";
import type { Call, Requests } from "./requests.ts";
import type { RetryPolicy } from "./retry.ts";
import { askedForAt, DELETED, objectShape, REVIEW } from "./shapes.ts";

type Resources = Pick<
	Cluster,
	"read" | "create" | "update" | "patch" | "apply" | "remove" | "canI"
>;

/**
 * Single objects. Each call is safe to repeat: where an earlier try may have been carried out, the
 * object is read before anything is called a failure, or done twice.
 */
export function resources(
	requests: Requests,
	repeat: RetryPolicy,
	known: KnownData,
): Resources {
	/** The object in answer to a request about `ref`, in which `sent` goes to the server. */
	async function answer<K extends Kind>(
		kind: K,
		ref: ObjectRef,
		call: Call,
		{ sent, dryRun }: { sent?: unknown; dryRun?: boolean | undefined } = {},
	): Promise<ObjectOf[K]> {
		const redact = known.redact(kind, ref, sent);
		const object = await requests.object(
			{ ...call, redact },
			objectShape(kind, askedForAt(kind, ref)),
		);
		if (!dryRun) known.note(kind, object);
		return object;
	}

	const get = <K extends Kind>(kind: K, ref: ObjectRef) =>
		answer(kind, ref, { method: "GET", path: objectPath(kind, ref) });

	/**
	 * A write that is carried out once: it makes something new, or says which version it is for. After a lost answer
	 * and a refusal, what is there may be what was wanted.
	 */
	function write<K extends Kind>(
		kind: K,
		ref: ObjectRef,
		call: Call & { readonly sent: object; isDone(now: ObjectOf[K]): boolean },
		options: SeenThroughOptions,
	): Promise<ObjectOf[K]> {
		const { sent, isDone, ...request } = call;
		const { dryRun, seenThroughUntil } = options;
		return repeat.run(async (mayHaveApplied) => {
			try {
				const how = { sent, dryRun };
				return await answer(kind, ref, { ...request, seenThroughUntil }, how);
			} catch (error) {
				if (!mayHaveApplied || dryRun || !isStatus(error, 409)) throw error;
				// A failure of this read is the attempt's: it is repeated with the rest.
				const current = await get(kind, ref);
				if (isDone(current)) return current;
				throw error;
			}
		}, writing(options));
	}

	const whole = <K extends Kind>(kind: K, object: ObjectOf[K]) => ({
		body: bodyOf(kind, object),
		sent: object,
		isDone: (now: object) => carriesOut(now, object),
	});

	return {
		read: (kind, ref) => repeat.run(() => get(kind, ref)),

		create: (kind, object, options = {}) => {
			const collection = collectionPath(kind, object.metadata.namespace);
			const path = collection + writeQuery(options);
			const call = { method: "POST", path, ...whole(kind, object) } as const;
			return write(kind, refOf(object), call, options);
		},

		update: (kind, object, options = {}) => {
			const ref = refOf(object);
			const path = objectPath(kind, ref) + writeQuery(options);
			const call = { method: "PUT", path, ...whole(kind, object) } as const;
			return write(kind, ref, call, options);
		},

		patch: (kind, ref, patch, options = {}) => {
			const call = {
				method: "PATCH",
				path: objectPath(kind, ref) + writeQuery(options),
				// Of the three kinds of patches the one that costs the API server the least (docs/decisions.md).
				contentType: "application/strategic-merge-patch+json",
				body: strategic(patch),
				sent: patch,
				isDone: (now: object) => alreadyPatched(now, patch),
			} as const;
			return write(kind, ref, call, options);
		},

		// The same apply twice leaves what the first one made.
		apply: (kind, object, options = {}) => {
			const ref = refOf(object);
			const call: Call = {
				method: "PATCH",
				path: objectPath(kind, ref) + writeQuery(options),
				// JSON is YAML as well.
				contentType: "application/apply-patch+yaml",
				body: bodyOf(kind, object),
			};
			const how = { sent: object, dryRun: options.dryRun };
			return repeat.run(() => answer(kind, ref, call, how), WRITES);
		},

		// Named one by one: callers hand over whole pull secrets, and a credential has no business in a DELETE.
		remove: (kind, ref, { uid, resourceVersion }, options) => {
			const call: Call = {
				method: "DELETE",
				path: objectPath(kind, ref),
				// Beside a body the API server reads no options from the query: a dry run asked for there deletes.
				body: JSON.stringify({
					kind: "DeleteOptions",
					apiVersion: "v1",
					preconditions: { uid, resourceVersion },
					...(options?.dryRun && { dryRun: ["All"] }),
				}),
				redact: known.redact(kind, ref),
				seenThroughUntil: options?.seenThroughUntil,
			};
			return repeat.run(async (mayHaveApplied) => {
				try {
					await requests.object(call, DELETED);
				} catch (error) {
					if (!mayHaveApplied || options?.dryRun) throw error;
					if (isStatus(error, 404)) return;
					if (!isStatus(error, 409)) throw error;
					// A new object of that name: ours went with the answer that was lost.
					const current = await unlessNotFound(get(kind, ref));
					if (current && current.metadata.uid === uid) throw error;
				}
			}, writing(options));
		},

		canI: ({ verb, group, resource, namespace, name }) =>
			repeat.run(async () => {
				const review = await requests.object(
					{
						method: "POST",
						path: REVIEWS,
						body: JSON.stringify({
							apiVersion: "authorization.k8s.io/v1",
							kind: "SelfSubjectAccessReview",
							spec: {
								resourceAttributes: { verb, group, resource, namespace, name },
							},
						}),
					},
					REVIEW,
				);
				return review.status.allowed === true;
			}),
	};
}

function strategic({ data, ...patch }: MergePatch): string {
	return JSON.stringify({
		...patch,
		...(data && { data: { $patch: "replace", ...data } }),
	});
}

const WRITES = { writes: true };
const NEVER = new AbortController().signal;

function writing({ seenThroughUntil }: SeenThroughOptions = {}) {
	return seenThroughUntil ? { ...WRITES, interrupt: NEVER } : WRITES;
}

function bodyOf(kind: Kind, object: object): string {
	const { apiVersion } = RESOURCES[kind];
	return JSON.stringify({ ...object, apiVersion, kind });
}

function refOf({
	metadata: { name = "", namespace },
}: ObjectOf[Kind]): ObjectRef {
	return { name, namespace };
}

function isStatus(error: unknown, status: number): boolean {
	return error instanceof ApiError && error.status === status;
}
