import { isDeepStrictEqual } from "node:util";
import type { MergePatch } from "../../../core/objects.ts";

/**
 * Was a write carried out whose answer was lost? Answered from the object as it is now. Somebody else
 * may have written the same: then there is nothing left to do, either.
 */

/** Whether `actual` has everything that `wanted` says, apart from what only the server sets. */
export function carriesOut(actual: object, wanted: object): boolean {
	const { apiVersion, kind, metadata, ...content } = wanted as {
		metadata?: Record<string, unknown>;
		[key: string]: unknown;
	};
	const { resourceVersion, managedFields, ...own } = metadata ?? {};
	return holds(actual, { ...content, metadata: own });
}

/** Absent and empty are the same to the API server. */
function holds(actual: unknown, wanted: unknown): boolean {
	if (isEmpty(wanted)) return true;
	if (Array.isArray(wanted))
		return (
			Array.isArray(actual) &&
			actual.length === wanted.length &&
			wanted.every((item, at) => holds(actual[at], item))
		);
	if (isObject(wanted))
		return (
			isObject(actual) &&
			Object.entries(wanted).every(([key, value]) =>
				holds(Reflect.get(actual, key), value),
			)
		);
	return actual === wanted;
}

/**
 * Whether the object is already what this patch would make of it. The version is a condition: the server has
 * another one once the patch is done.
 */
export function alreadyPatched(
	actual: { metadata?: object; data?: object; imagePullSecrets?: object },
	{ metadata: { labels, annotations }, data, imagePullSecrets }: MergePatch,
): boolean {
	const { metadata = {}, data: there = {} } = actual;
	return (
		hasFields(Reflect.get(metadata, "labels"), labels) &&
		hasFields(Reflect.get(metadata, "annotations"), annotations) &&
		hasFields(there, data) &&
		(data === undefined || hasFields(data, there)) &&
		(imagePullSecrets === undefined ||
			isDeepStrictEqual(actual.imagePullSecrets ?? null, imagePullSecrets))
	);
}

function hasFields(actual: unknown, wanted: object = {}): boolean {
	const fields = isObject(actual) ? actual : {};
	return Object.entries(wanted).every(
		([key, value]) => (Reflect.get(fields, key) ?? null) === value,
	);
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}

function isEmpty(value: unknown): boolean {
	return (
		value === undefined ||
		value === null ||
		(isObject(value) && Object.keys(value).length === 0)
	);
}
