import { randomInt, randomUUID } from "node:crypto";
import { checkNamespace, completePod } from "./admission.ts";
import { type Answer, objectJson } from "./answer.ts";
import {
	checkDraft,
	fieldManager,
	isDryRun,
	parseJson,
	readDraft,
} from "./body.ts";
import { trackUpdate } from "./managed-fields.ts";
import { normalise } from "./normalise.ts";
import type { Draft, KubeObject } from "./objects.ts";
import { patchLanguages } from "./patches.ts";
import {
	type ApiRequest,
	contentType,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { pods } from "./resources.ts";
import { refuse } from "./statuses.ts";
import type { Entry, Store } from "./store.ts";
import { validate } from "./validation.ts";

/** POST of a collection: a name is given, or made of generateName. */
export function create(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): Answer {
	const { resource } = target;
	const draft = readDraft(request, resource.kind);
	const dryRun = isDryRun(request, "CreateOptions");
	checkPlace(target, draft);
	return add(store, target, draft, fieldManager(request), dryRun);
}

/** Stores a new object of a draft whose place in the URL is checked. */
function add(
	store: Store,
	target: ResourceRequest,
	draft: Draft,
	manager: string,
	dryRun: boolean,
): Answer {
	const { resource } = target;
	const namespace = storedNamespace(target);
	const { generateName = "" } = draft.metadata ?? {};
	const name =
		draft.metadata?.name ||
		(generateName === "" ? "" : generateName + randomSuffix());
	if (resource.namespaced) checkNamespace(store, resource, namespace, name);
	if (draft.metadata?.resourceVersion)
		throw refuse.internal(
			"resourceVersion should not be set on objects to be created",
		);
	const made = normalise(resource, {
		...draft,
		metadata: {
			...draft.metadata,
			name,
			uid: randomUUID(),
			creationTimestamp: store.timestamp(),
			...(resource.namespaced ? { namespace } : {}),
		},
	});
	if (resource === pods) completePod(store, made);
	validate(resource, made);
	if (store.entry(resource, namespace, name) !== undefined)
		throw refuse.alreadyExists(resource.plural, name);
	const object = trackUpdate(resource, undefined, made, {
		manager,
		time: store.timestamp(),
	});
	return {
		status: 201,
		body: objectJson(
			resource,
			dryRun ? JSON.stringify(object) : store.put(resource, object).json,
		),
	};
}

/** PUT of an object. A resourceVersion or uid in the body must be the current one. */
export function update(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): Answer {
	const { resource, name } = target;
	const draft = readDraft(request, resource.kind);
	const dryRun = isDryRun(request, "UpdateOptions");
	checkPlace(target, draft);
	if ((draft.metadata?.name ?? "") !== name)
		throw refuse.badRequest(
			`the name of the object (${draft.metadata?.name ?? ""}) does not match the name on the URL (${name})`,
		);
	const namespace = storedNamespace(target);
	const before = store.entry(resource, namespace, name);
	const uid = draft.metadata?.uid;
	// Checked before existence: a PUT with the uid of a deleted object is a conflict.
	if (uid && uid !== before?.object.metadata.uid)
		throw refuse.conflict(
			resource.plural,
			name,
			`StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${namespace === "" ? "" : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before?.object.metadata.uid ?? ""}`,
		);
	if (before === undefined) throw refuse.notFound(resource.plural, name);
	return replace(store, before, draft, fieldManager(request), dryRun);
}

/** PATCH of an object, in any of the patch languages. */
export function patch(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): Answer {
	const { resource, name } = target;
	const language = patchLanguages[contentType(request)];
	if (language === undefined)
		throw refuse.unsupportedMediaType("415: Unsupported Media Type");
	const dryRun = isDryRun(request, "PatchOptions");
	const before = store.entry(resource, storedNamespace(target), name);
	if (before === undefined) throw refuse.notFound(resource.plural, name);
	const patched = language(
		{ kind: resource.kind, apiVersion: "v1", ...before.object },
		parseJson(request.body, resource.kind),
		resource.keyedLists,
	);
	const draft = checkDraft(patched, resource.kind);
	return replace(store, before, draft, fieldManager(request), dryRun);
}

/** Stores a new version, unless nothing differs: then version and times stay. */
function replace(
	store: Store,
	before: Entry,
	draft: Draft,
	manager: string,
	dryRun: boolean,
): Answer {
	const { resource, object: old } = before;
	const { resourceVersion } = draft.metadata ?? {};
	if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
		throw refuse.conflict(resource.plural, old.metadata.name);
	const next = normalise(resource, {
		...draft,
		// A status changes through its own subresource, which is not served.
		...(old.status === undefined ? {} : { status: old.status }),
		metadata: { ...draft.metadata, ...serverOwned(old, draft) },
	});
	validate(resource, next, old);
	const object = trackUpdate(resource, old, next, {
		manager,
		time: store.timestamp(),
	});
	return stored(store, before, object, dryRun);
}

/** The answer of a write over an existing object. */
function stored(
	store: Store,
	before: Entry,
	object: KubeObject,
	dryRun: boolean,
): Answer {
	const { resource } = before;
	const json = JSON.stringify(object);
	if (dryRun || json === before.json)
		return { status: 200, body: objectJson(resource, json) };
	const { deletionTimestamp, finalizers = [] } = object.metadata;
	// The last finalizer of an object that is being deleted is gone: so is the object.
	const gone =
		resource.namespaced &&
		deletionTimestamp !== undefined &&
		finalizers.length === 0;
	const entry = store.put(resource, object);
	if (gone) store.remove(entry);
	return { status: 200, body: objectJson(resource, entry.json) };
}

/** Metadata that a client cannot change. An absent uid is the current one; another is refused by validation. */
function serverOwned(old: KubeObject, draft: Draft): Draft["metadata"] {
	const kept = old.metadata;
	return {
		name: draft.metadata?.name ?? kept.name,
		uid: draft.metadata?.uid || kept.uid,
		creationTimestamp: kept.creationTimestamp,
		...(kept.namespace === undefined ? {} : { namespace: kept.namespace }),
		...(kept.resourceVersion === undefined
			? {}
			: { resourceVersion: kept.resourceVersion }),
		...(kept.deletionTimestamp === undefined
			? {}
			: { deletionTimestamp: kept.deletionTimestamp }),
	};
}

/** Throws a 400 where the body names another namespace than the URL. */
function checkPlace(target: ResourceRequest, draft: Draft): void {
	const given = draft.metadata?.namespace ?? "";
	if (target.resource.namespaced && given !== "" && given !== target.namespace)
		throw refuse.badRequest(
			"the namespace of the provided object does not match the namespace sent on the request",
		);
}

/** Five of the letters that the API server uses: no vowels, no words. */
function randomSuffix(): string {
	const letters = "bcdfghjklmnpqrstvwxz2456789";
	return Array.from(
		{ length: 5 },
		() => letters[randomInt(letters.length)],
	).join("");
}
