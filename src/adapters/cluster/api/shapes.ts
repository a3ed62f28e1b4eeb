import { isJsonObject } from "../../../core/json-object.ts";
import type { Kind, ObjectOf } from "../../../core/objects.ts";

/** What an answer has to be. Whatever stands before an API server (a login page, a proxy) also answers 200. */
export interface Shape<T> {
	/** For messages: `a SecretList`. */
	readonly name: string;
	is(value: unknown): value is T;
}

/** One page of a list, without what its objects say. */
export interface ListBody {
	readonly metadata: { resourceVersion?: string; continue?: string };
	readonly items?: readonly object[] | null;
}

/** A line of a watch; of type ERROR the object is a Status. */
export interface WatchLine<T> {
	readonly type: string;
	readonly object: T;
}

export function objectShape<K extends Kind>(kind: K): Shape<ObjectOf[K]> {
	return { name: `a ${kind}`, is: isNamed };
}

/** The server names it after the kind, or `PartialObjectMetadataList`. */
export function listShape(kind: Kind): Shape<ListBody> {
	return {
		name: `a ${kind}List`,
		is: (value): value is ListBody =>
			isJsonObject(value) &&
			typeof value.kind === "string" &&
			value.kind.endsWith("List") &&
			isJsonObject(value.metadata) &&
			isAbsentOr(isRecords, value.items),
	};
}

export function watchShape<K extends Kind>(
	kind: K,
): Shape<WatchLine<ObjectOf[K]>> {
	return {
		name: `a watch of ${kind}s`,
		is: (value): value is WatchLine<ObjectOf[K]> =>
			isJsonObject(value) &&
			typeof value.type === "string" &&
			isJsonObject(value.object) &&
			(value.type === "ERROR" || isJsonObject(value.object.metadata)),
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

/** An object with a name, of which the fields that all kinds have, and those of a Secret, are of their types. */
function isNamed(value: unknown): value is never {
	return (
		isJsonObject(value) &&
		isMetadata(value.metadata) &&
		isAbsentOr(isText, value.type) &&
		isAbsentOr(isTexts, value.data) &&
		(value.immutable === undefined || typeof value.immutable === "boolean")
	);
}

function isMetadata(value: unknown): boolean {
	return (
		isJsonObject(value) &&
		typeof value.name === "string" &&
		TEXTS.every((field) => isAbsentOr(isText, value[field])) &&
		isAbsentOr(isTexts, value.labels) &&
		isAbsentOr(isTexts, value.annotations) &&
		isAbsentOr(isRecords, value.ownerReferences) &&
		isAbsentOr(isRecords, value.managedFields)
	);
}

const TEXTS = [
	"namespace",
	"uid",
	"resourceVersion",
	"creationTimestamp",
	"deletionTimestamp",
] as const;

function isAbsentOr(is: (value: unknown) => boolean, value: unknown): boolean {
	return value === undefined || value === null || is(value);
}

function isText(value: unknown): boolean {
	return typeof value === "string";
}

/** A map of texts. */
function isTexts(value: unknown): boolean {
	return isJsonObject(value) && Object.values(value).every(isText);
}

function isRecords(value: unknown): boolean {
	return Array.isArray(value) && value.every(isJsonObject);
}
