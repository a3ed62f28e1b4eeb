import type { ObjectAnswer } from "./answer.ts";
import {
	applyNew,
	applyOver,
	applyType,
	checkManager,
	readConfiguration,
} from "./apply.ts";
import { fieldManager, isDryRun, readDraft } from "./body.ts";
import { decode } from "./decoding.ts";
import { type Author, trackUpdate } from "./managed-fields.ts";
import type { Draft } from "./objects.ts";
import { patchLanguages, readPatch } from "./patches.ts";
import {
	type ApiRequest,
	contentType,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { qualified } from "./resources.ts";
import { cause, refuse } from "./statuses.ts";
import type { Store } from "./store.ts";
import { storeNew, storeOver } from "./storing.ts";

/** POST of a collection: a name is given, or made of generateName. */
export function create(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): ObjectAnswer {
	const { resource } = target;
	const draft = readDraft(request, resource.kind);
	const dryRun = isDryRun(request, "CreateOptions");
	checkNamespaceGiven(target, draft);
	const author = authorOf(store, request);
	return storeNew(store, target, draft, dryRun, (made) =>
		trackUpdate(resource, undefined, made, author),
	);
}

/** PUT of an object. A resourceVersion or uid in the body must be the current one. */
export function update(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): ObjectAnswer {
	const { resource } = target;
	const draft = readDraft(request, resource.kind);
	const dryRun = isDryRun(request, "UpdateOptions");
	checkNamespaceGiven(target, draft);
	checkNameGiven(target, draft);
	const before = current(store, target);
	if (before === undefined)
		throw refuse.notFound(qualified(resource), target.name);
	checkUid(target, draft.metadata?.uid, before.object.metadata.uid);
	const author = authorOf(store, request);
	return storeOver(store, before, draft, dryRun, (next) =>
		trackUpdate(resource, before.object, next, author),
	);
}

/** PATCH of an object, in any of the patch languages, or an apply. */
export function patch(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): ObjectAnswer {
	const { resource, name } = target;
	const type = contentType(request);
	if (type === applyType) return apply(store, target, request);
	const language = patchLanguages[type];
	if (language === undefined)
		throw refuse.unsupportedMediaType("415: Unsupported Media Type", {});
	const dryRun = isDryRun(request, "PatchOptions");
	const before = current(store, target);
	if (before === undefined) throw refuse.notFound(qualified(resource), name);
	const patched = language(
		{ kind: resource.kind, apiVersion: resource.apiVersion, ...before.object },
		readPatch(request.body),
		resource.keyedLists,
	);
	const decoded = decode(patched, resource.kind);
	// The real message quotes the whole object as well, Secrets' data included.
	if ("error" in decoded)
		throw refuse.invalid("", "", [
			cause.invalid("patch", JSON.stringify(patched), decoded.error),
		]);
	const { draft } = decoded;
	checkNamespaceGiven(target, draft);
	checkNameGiven(target, draft);
	const author = authorOf(store, request);
	return storeOver(store, before, draft, dryRun, (next) =>
		trackUpdate(resource, before.object, next, author),
	);
}

/** Server-side apply: creates or updates. */
function apply(
	store: Store,
	target: ResourceRequest,
	request: ApiRequest,
): ObjectAnswer {
	const { resource } = target;
	checkManager(request.query);
	const dryRun = isDryRun(request, "PatchOptions");
	const draft = readConfiguration(request.body, resource.kind);
	draft.metadata = { name: target.name, ...draft.metadata };
	checkNamespaceGiven(target, draft);
	checkNameGiven(target, draft);
	const author = authorOf(store, request);
	const before = current(store, target);
	const { uid, resourceVersion } = draft.metadata;
	if (before === undefined) {
		if (uid)
			throw refuse.conflict(
				qualified(resource),
				target.name,
				`uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
			);
		return storeNew(store, target, draft, dryRun, (made) =>
			applyNew(resource, made, draft, author),
		);
	}
	const force = request.query.get("force") === "true";
	const applied = applyOver(resource, before.object, draft, author, force);
	if (uid) applied.metadata.uid = uid;
	const given: Draft = {
		metadata: resourceVersion === undefined ? {} : { resourceVersion },
	};
	return storeOver(store, before, given, dryRun, () => applied);
}

function current(store: Store, target: ResourceRequest) {
	return store.entry(target.resource, storedNamespace(target), target.name);
}

function authorOf(store: Store, request: ApiRequest): Author {
	return { manager: fieldManager(request), time: store.timestamp() };
}

/** Throws a 400 where the body names another namespace than the URL. */
function checkNamespaceGiven(target: ResourceRequest, draft: Draft): void {
	const given = draft.metadata?.namespace ?? "";
	if (target.resource.namespaced && given !== "" && given !== target.namespace)
		throw refuse.badRequest(
			"the namespace of the provided object does not match the namespace sent on the request",
		);
}

/** Throws a 400 where the body names another object than the URL. */
function checkNameGiven({ name }: ResourceRequest, draft: Draft): void {
	const given = draft.metadata?.name ?? "";
	if (given === "")
		throw refuse.badRequest(
			`the name of the object (${name} based on URL) was undeterminable: name must be provided`,
		);
	if (given !== name)
		throw refuse.badRequest(
			`the name of the object (${given}) does not match the name on the URL (${name})`,
		);
}

/** Throws a 409 for a uid that is not the object's. */
function checkUid(
	target: ResourceRequest,
	given: string | undefined,
	uid: string,
): void {
	if (!given || given === uid) return;
	const { resource, name } = target;
	const namespace = storedNamespace(target);
	throw refuse.conflict(
		qualified(resource),
		name,
		`StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${namespace === "" ? "" : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${uid}`,
	);
}
