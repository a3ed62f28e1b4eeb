import {
	type Draft,
	isObject,
	type Json,
	type JsonObject,
	type KubeObject,
	type Metadata,
} from "./objects.ts";
import type { Resource } from "./resources.ts";

/** In the order in which the API server answers them. */
const metadataFields = [
	"name",
	"generateName",
	"namespace",
	"uid",
	"resourceVersion",
	"creationTimestamp",
	"deletionTimestamp",
	"deletionGracePeriodSeconds",
	"labels",
	"annotations",
	"ownerReferences",
	"finalizers",
	"managedFields",
];

/**
 * An object with the fields that its kind has, in their order, and its
 * defaults. Unknown, null and empty fields go, and maps are sorted: two objects
 * that mean the same are the same JSON.
 */
export function normalise(
	resource: Resource,
	draft: Draft & { metadata: Metadata | Partial<Metadata> },
): KubeObject {
	const metadata = pick(draft.metadata as JsonObject, metadataFields);
	const object: KubeObject = {
		metadata: metadata as Metadata,
		...pick(draft as JsonObject, resource.fields),
	};
	resource.fillIn(object, draft);
	return {
		metadata: pick(object.metadata as JsonObject, metadataFields) as Metadata,
		...pick(object, resource.fields),
	};
}

function pick(from: JsonObject, fields: readonly string[]): JsonObject {
	const picked: JsonObject = {};
	for (const field of fields) {
		const value = from[field];
		if (value === undefined || value === null || value === "") continue;
		if (Array.isArray(value) && value.length === 0) continue;
		if (isObject(value) && Object.keys(value).length === 0) continue;
		picked[field] = maps.has(field) ? sorted(value) : value;
	}
	return picked;
}

/** Fields that are maps of strings, whose keys have no order of their own. */
const maps = new Set(["labels", "annotations", "data"]);

function sorted(value: Json): Json {
	if (!isObject(value)) return value;
	const keys = Object.keys(value);
	return keys.length < 2
		? value
		: Object.fromEntries(keys.sort().map((key) => [key, value[key] ?? ""]));
}
