import { isObject, type Json, type JsonObject } from "./objects.ts";

/**
 * Fields of objects, each a path of names joined by NUL. A map that is there is
 * a member beside its entries; lists are members as a whole.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields
 */
export type FieldSet = Set<string>;

const join = (path: string, step: string) =>
	path === "" ? step : `${path}\0${step}`;

/** FieldsV1: `f:NAME` for each step, and `.` where a parent is a member too. */
export function encodeFields(fields: FieldSet): JsonObject {
	const root: JsonObject = {};
	for (const path of [...fields].sort()) {
		let at = root;
		let parent = "";
		for (const step of path.split("\0")) {
			if (fields.has(parent)) at["."] = {};
			parent = join(parent, step);
			at[`f:${step}`] ??= {};
			at = at[`f:${step}`] as JsonObject;
		}
	}
	return root;
}

/** The inverse of encodeFields. */
export function decodeFields(
	encoded: JsonObject,
	path = "",
	fields: FieldSet = new Set(),
): FieldSet {
	const steps = Object.keys(encoded);
	if (path !== "" && (steps.length === 0 || "." in encoded)) fields.add(path);
	for (const step of steps) {
		const inner = encoded[step];
		if (step !== "." && isObject(inner))
			decodeFields(inner, join(path, step.slice(2)), fields);
	}
	return fields;
}

/** The leaves of a value: what an applied configuration owns. */
export function leaves(value: JsonObject, path = ""): FieldSet {
	const fields: FieldSet = new Set();
	for (const [step, inner] of Object.entries(value)) {
		const at = join(path, step);
		if (isObject(inner) && Object.keys(inner).length > 0)
			for (const leaf of leaves(inner, at)) fields.add(leaf);
		else fields.add(at);
	}
	return fields;
}

/** What differs: fields that are new or have another value, and fields that are gone. */
export function compareFields(
	before: Json | undefined,
	after: Json | undefined,
	path = "",
	found = { changed: new Set<string>(), removed: new Set<string>() },
): { changed: FieldSet; removed: FieldSet } {
	const old = isObject(before) ? before : undefined;
	const now = isObject(after) ? after : undefined;
	if (after === undefined && before !== undefined) found.removed.add(path);
	else if (before === undefined || (old === undefined) !== (now === undefined))
		found.changed.add(path);
	else if (
		old === undefined &&
		JSON.stringify(before) !== JSON.stringify(after)
	)
		found.changed.add(path);
	const steps = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
	for (const step of steps)
		compareFields(old?.[step], now?.[step], join(path, step), found);
	return found;
}

/** The value without some fields, and without maps that this empties. */
export function withoutFields(
	value: JsonObject,
	fields: FieldSet,
	path = "",
): JsonObject {
	const kept: JsonObject = {};
	for (const [step, inner] of Object.entries(value)) {
		const at = join(path, step);
		if (fields.has(at)) continue;
		kept[step] = isObject(inner) ? withoutFields(inner, fields, at) : inner;
	}
	return kept;
}

/** `.data..dockerconfigjson`, as messages have it. */
export function dotted(path: string): string {
	return path
		.split("\0")
		.map((step) => `.${step}`)
		.join("");
}
