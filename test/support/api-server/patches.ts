import { applyPatch, type Operation } from "rfc6902";
import { goKind, parseGoJson } from "./go-text.ts";
import { fieldAt, isObject, type Json, type JsonObject } from "./objects.ts";
import { refuse } from "./statuses.ts";

/** A patch in one of three languages, by media type: takes the object and the patch, gives the new object. */
export const patchLanguages: Readonly<
	Record<
		string,
		(
			object: JsonObject,
			patch: Json,
			keyedLists: Readonly<Record<string, string>>,
		) => JsonObject
	>
> = {
	"application/json-patch+json": jsonPatch,
	"application/merge-patch+json": mergePatch,
	"application/strategic-merge-patch+json": (object, patch, keyedLists) => {
		if (!isObject(patch)) throw wrongPatch(patch, "map[string]interface {}");
		return merged(object, patch, keyedLists, "") as JsonObject;
	},
};

/** RFC 7386. */
export function mergePatch(object: JsonObject, patch: Json): JsonObject {
	if (!isObject(patch)) throw wrongPatch(patch, "map[string]interface {}");
	return merged(object, patch, {}, "") as JsonObject;
}

const MOST_OPERATIONS = 10_000;

/** RFC 6902. The first operation that fails ends it with a 422. */
function jsonPatch(object: JsonObject, patch: Json): JsonObject {
	if (!Array.isArray(patch)) throw wrongPatch(patch, "[]handlers.jsonPatchOp");
	if (patch.length > MOST_OPERATIONS)
		throw refuse.tooManyOperations(MOST_OPERATIONS, patch.length);
	const copy = structuredClone(object);
	for (const operation of patch) {
		if (!isOperation(operation)) throw refuse.patchFailed();
		if (isLenient(copy, operation)) continue;
		const [failure] = applyPatch(copy, [operation]);
		if (failure !== null) throw refuse.patchFailed();
	}
	return copy;
}

/**
 * Where the API server's library is laxer than RFC 6902: a field of an object
 * that is there may be replaced though it is absent, and absent is null to a test.
 */
function isLenient(object: JsonObject, operation: Operation): boolean {
	const { op, path } = operation;
	if (op !== "replace" && op !== "test") return false;
	const steps = path
		.split("/")
		.slice(1)
		.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
	const field = steps.pop();
	const parent = fieldAt(object, steps);
	if (field === undefined || !isObject(parent) || parent[field] !== undefined)
		return false;
	if (op === "replace") parent[field] = operation.value;
	return op === "replace" || operation.value === null;
}

/** The JSON of a patch. Throws a 400. */
export function readPatch(text: string): Json {
	const parsed = parseGoJson(text);
	if ("value" in parsed) return parsed.value;
	throw refuse.badRequest("invalid JSON patch");
}

function wrongPatch(patch: Json, type: string) {
	return refuse.badRequest(
		`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type ${type}`,
	);
}

function isOperation(value: unknown): value is Operation {
	return (
		isObject(value) &&
		typeof value.path === "string" &&
		["add", "remove", "replace", "move", "copy", "test"].includes(
			String(value.op),
		)
	);
}

/**
 * RFC 7386, and with keyed lists a strategic merge patch: elements of those
 * lists are merged by their key, and `$patch: delete` and `$patch: replace` are
 * understood. Other lists are replaced.
 */
function merged(
	value: Json | undefined,
	patch: Json,
	keyedLists: Readonly<Record<string, string>>,
	path: string,
): Json {
	if (Array.isArray(patch)) {
		const key = keyedLists[path];
		return key === undefined
			? patch
			: mergedList(Array.isArray(value) ? value : [], patch, key, (old, part) =>
					merged(old, part, keyedLists, `${path}[]`),
				);
	}
	if (!isObject(patch)) return patch;
	if (patch.$patch === "replace") return without(patch, "$patch");
	const result: JsonObject = isObject(value) ? { ...value } : {};
	for (const [field, part] of Object.entries(patch)) {
		if (field.startsWith("$")) continue;
		if (part === null) delete result[field];
		else
			result[field] = merged(
				result[field],
				part,
				keyedLists,
				path === "" ? field : `${path}.${field}`,
			);
	}
	return result;
}

function mergedList(
	list: readonly Json[],
	patch: readonly Json[],
	key: string,
	merge: (old: Json | undefined, part: Json) => Json,
): Json[] {
	const result = [...list];
	for (const part of patch) {
		if (!isObject(part)) continue;
		const at = result.findIndex(
			(element) => isObject(element) && element[key] === part[key],
		);
		if (part.$patch === "delete") {
			if (at !== -1) result.splice(at, 1);
		} else if (at === -1) result.push(part);
		else result[at] = merge(result[at], part);
	}
	return result;
}

function without(object: JsonObject, field: string): JsonObject {
	const { [field]: _, ...rest } = object;
	return rest;
}
