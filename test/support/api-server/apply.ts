import { parse as parseYaml } from "yaml";
import { decode } from "./decoding.ts";
import {
	compareFields,
	dotted,
	type FieldSet,
	leaves,
	withoutFields,
} from "./field-set.ts";
import {
	type Author,
	minus,
	ownable,
	owned,
	setOf,
	trackUpdate,
	withOwners,
} from "./managed-fields.ts";
import { normalise } from "./normalise.ts";
import {
	type Draft,
	isObject,
	type Json,
	type JsonObject,
	type KubeObject,
	type ManagedFields,
} from "./objects.ts";
import { mergePatch } from "./patches.ts";
import type { Resource } from "./resources.ts";
import { cause, refuse, StatusError } from "./statuses.ts";

export const applyType = "application/apply-patch+yaml";

/** The configuration in the body of an apply: YAML, of which JSON is a part. Throws a 400. */
export function readConfiguration(text: string, kind: string): Draft {
	let value: Json;
	try {
		value = parseYaml(text) as Json;
	} catch {
		throw refuse.badRequest("error decoding YAML: the body is no YAML");
	}
	if (!isObject(value) || value.kind === undefined)
		throw refuse.badRequest("invalid object type: /, Kind=");
	if (isObject(value.metadata) && value.metadata.managedFields !== undefined)
		throw refuse.badRequest("metadata.managedFields must be nil");
	const decoded = decode(value, kind);
	if ("draft" in decoded) return decoded.draft;
	throw refuse.badRequest(
		`${decoded.given} in version "${decoded.version}" cannot be handled as a ${kind}: ${decoded.error}`,
	);
}

/** Throws the 422 of an apply that does not say who it is. */
export function checkManager(query: URLSearchParams): void {
	if (query.get("fieldManager")) return;
	throw refuse.invalid(
		"PatchOptions",
		"",
		[cause.required("fieldManager", "is required for apply patch")],
		"meta.k8s.io",
	);
}

/** What an apply makes of `made`, a new object of its configuration: it owns the fields that it names. */
export function applyNew(
	resource: Resource,
	made: KubeObject,
	draft: Draft,
	author: Author,
): KubeObject {
	return withOwners(made, [
		owned(undefined, "Apply", author, named(resource, draft)),
	]);
}

/**
 * What an apply makes of an object: the configuration laid over it, without
 * what this manager applied before, names no more, and nobody else owns. A
 * different value of another's field is a 409 that names it, unless forced:
 * then the other loses it.
 */
export function applyOver(
	resource: Resource,
	live: KubeObject,
	draft: Draft,
	author: Author,
	force: boolean,
): KubeObject {
	const owners =
		live.metadata.managedFields ?? beforeFirstApply(resource, live, author);
	const mine = owners.find(
		(owner) => owner.operation === "Apply" && owner.manager === author.manager,
	);
	const others = owners.filter((owner) => owner !== mine);
	const now = named(resource, draft);
	const dropped = new Set(mine === undefined ? [] : setOf(mine));
	for (const field of now) dropped.delete(field);
	for (const owner of others)
		for (const field of setOf(owner)) dropped.delete(field);

	const { metadata = {}, ...fields } = draft;
	const { labels, annotations, finalizers, ownerReferences } = metadata;
	const laidOver = mergePatch(live, {
		...(fields as JsonObject),
		metadata: JSON.parse(
			JSON.stringify({ labels, annotations, finalizers, ownerReferences }),
		),
	});
	const merged = normalise(
		resource,
		withoutFields(laidOver, dropped) as KubeObject,
	);
	const { changed } = compareFields(
		ownable(resource, live),
		ownable(resource, merged),
	);
	const conflicts: FieldConflict[] = others.flatMap((owner) =>
		[...setOf(owner)]
			.filter((field) => changed.has(field) && now.has(field))
			.map((field) => ({ owner, field })),
	);
	if (conflicts.length > 0 && !force) throw conflict(conflicts);
	return withOwners(merged, [
		...others.map((owner) => minus(owner, changed)),
		owned(mine, "Apply", author, now),
	]);
}

/** The fields that a configuration names. */
function named(resource: Resource, draft: Draft): FieldSet {
	const found = leaves(ownable(resource, draft));
	found.delete("metadata");
	if (isObject(draft.stringData))
		for (const field of leaves({ stringData: draft.stringData }))
			found.add(field);
	return found;
}

/** Who owned the fields of an object before managedFields told. */
function beforeFirstApply(
	resource: Resource,
	live: KubeObject,
	{ time }: Author,
): ManagedFields[] {
	const author = { manager: "before-first-apply", time };
	return (
		trackUpdate(resource, undefined, live, author).metadata.managedFields ?? []
	);
}

interface FieldConflict {
	owner: ManagedFields;
	field: string;
}

/** The 409 that names every conflict, by manager. */
function conflict(found: readonly FieldConflict[]): StatusError {
	const conflicts = found.toSorted((a, b) =>
		a.owner.manager.localeCompare(b.owner.manager),
	);
	const owners = [...new Set(conflicts.map(({ owner }) => who(owner)))];
	const [first] = conflicts;
	const words =
		conflicts.length === 1 && first !== undefined
			? `1 conflict: conflict with ${who(first.owner)}: ${dotted(first.field)}`
			: `${conflicts.length} conflicts: ${owners
					.map((owner) =>
						[
							`conflicts with ${owner}:`,
							...conflicts
								.filter((one) => who(one.owner) === owner)
								.map(({ field }) => `- ${dotted(field)}`),
						].join("\n"),
					)
					.join("\n")}`;
	const causes = conflicts.map(({ owner, field }) => ({
		reason: "FieldManagerConflict",
		message: `conflict with ${who(owner)}`,
		field: dotted(field),
	}));
	return new StatusError(409, "Conflict", `Apply failed with ${words}`, {
		causes,
	});
}

const who = ({ manager, operation, apiVersion }: ManagedFields) =>
	`"${manager}"${operation === "Apply" ? "" : ` using ${apiVersion}`}`;
