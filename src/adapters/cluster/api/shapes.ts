import { isJsonObject } from "../../../core/json-object.ts";
import { type Kind, type ObjectOf, RESOURCES } from "../../../core/objects.ts";
import {
	type LabelSelector,
	parseLabelSelector,
} from "../../../core/pull-secrets/label-selector.ts";
import type { ListQuery, ObjectRef } from "../../../world.ts";

/** What an answer has to be. Whatever stands before an API server (a login page, a proxy) also answers 200. */
export interface Shape<T> {
	/** For messages: `a SecretList`. */
	readonly name: string;
	is(value: unknown): value is T;
}

/** One page of a list, without what its objects say. */
export interface ListBody {
	readonly metadata: { resourceVersion?: string; continue?: string };
	readonly items?: readonly unknown[] | null;
}

/** A line of a watch; of type ERROR the object is a Status, of a BOOKMARK it has metadata alone. */
interface WatchLine<T> {
	readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
	readonly object: T;
}

/**
 * What an object that is answered with has to be, beside its kind. Whatever stands before an API server
 * may leave a selector out, and what is done to the objects of a list is done to those that are in it.
 */
interface AskedFor {
	/** Undefined: any, as for all that follows. */
	readonly namespace?: string | undefined;
	readonly name?: string | undefined;
	readonly type?: string | undefined;
	readonly labels?: LabelSelector | undefined;
}

/** One object, of this place; of one that is created under a name that the server makes, the namespace alone. */
export function askedForAt(
	kind: Kind,
	{ namespace, name }: ObjectRef,
): AskedFor {
	return {
		...(RESOURCES[kind].namespaced && { namespace }),
		...(name !== "" && { name }),
	};
}

/** Of the objects of a list or watch. */
export function askedForBy(
	kind: Kind,
	{ namespace, fieldSelector = "", labelSelector = "" }: ListQuery,
): AskedFor {
	const selected = (field: string): string | undefined =>
		fieldSelector
			.split(",")
			.find((term) => term.startsWith(`${field}=`))
			?.slice(field.length + 1);
	return {
		...(RESOURCES[kind].namespaced && { namespace }),
		name: selected("metadata.name"),
		type: selected("type"),
		labels: parseLabelSelector(labelSelector),
	};
}

/** One object of the kind: it has a name, and it is what was asked for. What its fields hold an API server has seen to. */
export function objectShape<K extends Kind>(
	kind: K,
	asked: AskedFor,
): Shape<ObjectOf[K]> {
	return {
		name: `a ${kind}`,
		is: (value): value is ObjectOf[K] => isAskedFor(value, kind, asked),
	};
}

/** The server names it after the kind, or, of metadata alone, `PartialObjectMetadataList`. */
export function listShape(kind: Kind): Shape<ListBody> {
	return {
		name: `a ${kind}List`,
		is: (value): value is ListBody =>
			isJsonObject(value) &&
			(value.kind === `${kind}List` ||
				value.kind === "PartialObjectMetadataList") &&
			isJsonObject(value.metadata) &&
			(Array.isArray(value.items) || (value.items ?? null) === null),
	};
}

/** A line of a watch: a change of an object that was asked for, a bookmark, or an error. */
export function watchShape<K extends Kind>(
	kind: K,
	asked: AskedFor,
): Shape<WatchLine<ObjectOf[K]>> {
	const there = objectShape(kind, asked);
	// Of what leaves a selection by its labels it is told that it went.
	const gone = objectShape(kind, { ...asked, labels: undefined });
	return {
		name: `a watch of ${kind}s`,
		is(value): value is WatchLine<ObjectOf[K]> {
			if (!isJsonObject(value) || !isJsonObject(value.object)) return false;
			const { type, object } = value;
			switch (type) {
				case "ADDED":
				case "MODIFIED":
					return there.is(object);
				case "DELETED":
					return gone.is(object);
				case "BOOKMARK":
					return isJsonObject(object.metadata);
				default:
					return type === "ERROR";
			}
		},
	};
}

/** What a deletion is answered with: a Status, or the object while finalizers hold it. */
export const DELETED: Shape<unknown> = {
	name: "a Status",
	is: (value): value is unknown =>
		isJsonObject(value) && typeof value.kind === "string",
};

export const REVIEW: Shape<{ status: { allowed?: boolean } }> = {
	name: "a SelfSubjectAccessReview",
	is: (value): value is { status: { allowed?: boolean } } =>
		isJsonObject(value) && isJsonObject(value.status),
};

function isAskedFor(
	value: unknown,
	kind: Kind,
	{ namespace, name, type, labels }: AskedFor,
): boolean {
	if (!isJsonObject(value) || !isJsonObject(value.metadata)) return false;
	const { metadata } = value;
	const its = (metadata.labels ?? {}) as Readonly<Record<string, string>>;
	return (
		typeof metadata.name === "string" &&
		// Objects of a list need not say it.
		[undefined, kind, "PartialObjectMetadata"].includes(value.kind as Kind) &&
		(namespace === undefined || metadata.namespace === namespace) &&
		(name === undefined || metadata.name === name) &&
		// Of metadata alone it is not there.
		(type === undefined || value.type === undefined || value.type === type) &&
		(labels === undefined || labels.matches(its))
	);
}
