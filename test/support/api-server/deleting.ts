import { protectedNamespaces } from "./admission.ts";
import { type Answer, answerJson, type ObjectAnswer } from "./answer.ts";
import { isDryRun } from "./body.ts";
import type { Entry } from "./entries.ts";
import { parseGoJson } from "./go-text.ts";
import {
	isObject,
	type Json,
	type JsonObject,
	type KubeObject,
} from "./objects.ts";
import {
	type ApiRequest,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { namespaces, pods, qualified } from "./resources.ts";
import { parseSelection } from "./selection.ts";
import { refuse } from "./statuses.ts";
import type { Store } from "./store.ts";

/** DELETE of an object. A uid or resourceVersion among the preconditions must be the current one. */
export function remove(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): Answer | ObjectAnswer {
	const { resource, name } = target;
	const options = readOptions(request);
	const dryRun = isDryRun(request, "DeleteOptions", options.dryRun);
	checkPropagation(options);
	const entry = store.entry(resource, storedNamespace(target), name);
	if (resource === namespaces && protectedNamespaces.has(name))
		throw refuse.forbidden(
			qualified(resource),
			name,
			"this namespace may not be deleted",
		);
	if (entry === undefined) throw refuse.notFound(qualified(resource), name);
	checkPreconditions(entry, options);
	const { kept, object } = deleteEntry(store, entry, dryRun);
	return resource.answersDeleted || kept
		? { status: 200, resource, object, json: JSON.stringify(object) }
		: answerJson(200, {
				kind: "Status",
				apiVersion: "v1",
				metadata: {},
				status: "Success",
				details: {
					name,
					kind: resource.plural,
					uid: entry.object.metadata.uid,
				},
			});
}

/** DELETE of a collection: what its selectors select. Answers the list of what was deleted. */
export function removeSelected(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): Answer {
	const { resource, query } = target;
	if (resource === namespaces) throw refuse.methodNotAllowed();
	const dryRun = isDryRun(
		request,
		"DeleteOptions",
		readOptions(request).dryRun,
	);
	const selected = store
		.list(resource, storedNamespace(target))
		.filter(parseSelection(resource, query));
	const resourceVersion = String(store.version);
	for (const entry of selected) deleteEntry(store, entry, dryRun);
	return {
		status: 200,
		body: `{"kind":"${resource.kind}List","apiVersion":"${resource.apiVersion}","metadata":${JSON.stringify({ resourceVersion })},"items":[${selected.map((entry) => entry.json).join(",")}]}`,
	};
}

/**
 * Deletes, or marks as being deleted what has finalizers: a namespace always
 * has one, and stays until something empties it.
 */
function deleteEntry(
	store: Store,
	entry: Entry,
	dryRun: boolean,
): { kept: boolean; object: KubeObject } {
	const { resource, object } = entry;
	const { metadata } = object;
	const isNamespace = resource === namespaces;
	if (!isNamespace && (metadata.finalizers ?? []).length === 0) {
		if (!dryRun) store.remove(entry);
		return { kept: false, object };
	}
	if (metadata.deletionTimestamp !== undefined) return { kept: true, object };
	const marked: KubeObject = {
		...object,
		metadata: {
			...metadata,
			deletionTimestamp: store.timestamp(),
			...(isNamespace
				? {}
				: { deletionGracePeriodSeconds: resource === pods ? 30 : 0 }),
		},
		...(isNamespace
			? { status: { ...(object.status as JsonObject), phase: "Terminating" } }
			: {}),
	};
	return {
		kept: true,
		object: dryRun ? marked : store.put(resource, marked).object,
	};
}

interface DeleteOptions {
	dryRun: readonly string[];
	propagationPolicy: Json | undefined;
	preconditions: Json | undefined;
}

/** The options of a deletion: of its body, or where it has none, of its query; never of both. */
function readOptions(request: ApiRequest): DeleteOptions {
	const { query } = request;
	if (request.body === "")
		return {
			dryRun: query.getAll("dryRun"),
			propagationPolicy: query.get("propagationPolicy") ?? undefined,
			preconditions: undefined,
		};
	const options = parseGoJson(request.body);
	if ("error" in options)
		throw refuse.badRequest(
			`couldn't get version/kind; json parse error: ${options.error}`,
		);
	const { dryRun, propagationPolicy, preconditions }: JsonObject = isObject(
		options.value,
	)
		? options.value
		: {};
	return {
		dryRun: Array.isArray(dryRun) ? dryRun.map(String) : [],
		propagationPolicy,
		preconditions,
	};
}

/** Throws a 422 for a propagation that there is not; all others are alike, for there are no owners here. */
function checkPropagation({ propagationPolicy }: DeleteOptions): void {
	const given = propagationPolicy ?? "Orphan";
	if (["Foreground", "Background", "Orphan"].includes(String(given))) return;
	throw refuse.invalid(
		"DeleteOptions",
		"",
		[
			{
				reason: "FieldValueNotSupported",
				message: `Unsupported value: ${JSON.stringify(given)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
				field: "propagationPolicy",
			},
		],
		"meta.k8s.io",
	);
}

function checkPreconditions(
	{ resource, object }: Entry,
	{ preconditions }: DeleteOptions,
) {
	if (!isObject(preconditions)) return;
	const { name, uid, resourceVersion } = object.metadata;
	const conflict = (why: string) => refuse.conflict(resource.kind, name, why);
	if (
		resource === namespaces &&
		preconditions.uid !== undefined &&
		preconditions.uid !== uid
	)
		throw refuse.conflict(
			qualified(resource),
			name,
			`Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`,
		);
	if (preconditions.uid !== undefined && preconditions.uid !== uid)
		throw conflict(
			`the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
		);
	if (
		preconditions.resourceVersion !== undefined &&
		preconditions.resourceVersion !== resourceVersion
	)
		throw conflict(
			`the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
		);
}
