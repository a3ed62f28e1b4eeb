import {
	compareFields,
	decodeFields,
	encodeFields,
	type FieldSet,
} from "./field-set.ts";
import type {
	Draft,
	JsonObject,
	KubeObject,
	ManagedFields,
} from "./objects.ts";
import type { Resource } from "./resources.ts";

/** Who writes, and when. */
export interface Author {
	manager: string;
	time: string;
}

/** The part of an object whose fields have owners: what clients decide. */
export function ownable(
	resource: Resource,
	object: KubeObject | Draft,
): JsonObject {
	const { generateName, labels, annotations, ownerReferences, finalizers } =
		object.metadata ?? {};
	const fields: JsonObject = {
		metadata: defined({
			generateName,
			labels,
			annotations,
			ownerReferences,
			finalizers,
		}),
	};
	for (const field of resource.fields) {
		const value = object[field];
		if (value !== undefined && !resource.serverFields.includes(field))
			fields[field] = value;
	}
	return fields;
}

/**
 * An object with its managedFields after a create (no `before`) or an update,
 * where `next` still has those of before: what the author added or changed is
 * the author's now and nobody else's. Objects whose managedFields were emptied
 * are not tracked until an apply.
 */
export function trackUpdate(
	resource: Resource,
	before: KubeObject | undefined,
	next: KubeObject,
	author: Author,
): KubeObject {
	const owners = next.metadata.managedFields ?? [];
	if (before !== undefined && owners.length === 0) return next;
	// Structs are always there: only their fields have owners.
	const structs = { metadata: {}, spec: {} };
	const { changed, removed } = compareFields(
		{ ...structs, ...(before && ownable(resource, before)) },
		{ ...structs, ...ownable(resource, next) },
	);
	const mine = owners.find(
		(owner) => owner.operation === "Update" && owner.manager === author.manager,
	);
	const fields = mine === undefined ? new Set<string>() : setOf(mine);
	for (const field of changed) fields.add(field);
	for (const field of removed) fields.delete(field);
	const others = owners.filter((owner) => owner !== mine);
	return withOwners(next, [
		...others.map((owner) => minus(owner, changed, removed)),
		owned(mine, "Update", author, fields),
	]);
}

export const setOf = (owner: ManagedFields): FieldSet =>
	decodeFields(owner.fieldsV1);

/** An owner who lost fields to others. */
export function minus(
	owner: ManagedFields,
	...lost: readonly FieldSet[]
): ManagedFields {
	const fields = setOf(owner);
	const { size } = fields;
	for (const set of lost) for (const field of set) fields.delete(field);
	return fields.size === size
		? owner
		: { ...owner, fieldsV1: encodeFields(fields) };
}

/** An entry for a set of fields; the old entry, with its time, where the set is the same. */
export function owned(
	old: ManagedFields | undefined,
	operation: ManagedFields["operation"],
	{ manager, time }: Author,
	fields: FieldSet,
): ManagedFields {
	const fieldsV1 = encodeFields(fields);
	if (
		old !== undefined &&
		JSON.stringify(old.fieldsV1) === JSON.stringify(fieldsV1)
	)
		return old;
	return {
		manager,
		operation,
		apiVersion: "v1",
		time,
		fieldsType: "FieldsV1",
		fieldsV1,
	};
}

/** The object with these owners, in the API server's order; owners of nothing are left out. */
export function withOwners(
	object: KubeObject,
	owners: readonly ManagedFields[],
): KubeObject {
	const managedFields = owners
		.filter((owner) => Object.keys(owner.fieldsV1).length > 0)
		.sort(
			(a, b) =>
				a.operation.localeCompare(b.operation) ||
				a.time.localeCompare(b.time) ||
				a.manager.localeCompare(b.manager),
		);
	const { managedFields: _, ...metadata } = object.metadata;
	return {
		...object,
		metadata:
			managedFields.length === 0 ? metadata : { ...metadata, managedFields },
	};
}

function defined(
	fields: Record<string, JsonObject[string] | undefined>,
): JsonObject {
	const kept: JsonObject = {};
	for (const [field, value] of Object.entries(fields))
		if (value !== undefined) kept[field] = value;
	return kept;
}
