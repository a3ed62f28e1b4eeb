import { randomInt, randomUUID } from "node:crypto";
import { checkNamespace, completePod } from "./admission.ts";
import type { ObjectAnswer } from "./answer.ts";
import type { Entry } from "./entries.ts";
import { normalise } from "./normalise.ts";
import type { Draft, KubeObject } from "./objects.ts";
import { type ResourceRequest, storedNamespace } from "./request.ts";
import { pods, qualified } from "./resources.ts";
import { refuse } from "./statuses.ts";
import type { Store } from "./store.ts";
import { validate } from "./validation.ts";

/**
 * Stores a new object, or with `dryRun` only answers it, without a
 * resourceVersion. `own` gives it its managedFields. Throws a StatusError.
 */
export function storeNew(
	store: Store,
	target: ResourceRequest,
	draft: Draft,
	dryRun: boolean,
	own: (made: KubeObject) => KubeObject,
): ObjectAnswer {
	const { resource } = target;
	const namespace = storedNamespace(target);
	const { generateName = "" } = draft.metadata ?? {};
	const name =
		draft.metadata?.name ||
		(generateName === "" ? "" : generateName + randomSuffix());
	if (resource.namespaced)
		checkNamespace(
			store,
			resource,
			namespace,
			draft.metadata?.name || generateName,
		);
	if (draft.metadata?.resourceVersion)
		throw refuse.internal(
			"resourceVersion should not be set on objects to be created",
		);
	const given = { ...draft };
	for (const field of resource.serverFields) delete given[field];
	const made = normalise(resource, {
		...given,
		metadata: {
			...clientMetadata(draft),
			name,
			uid: randomUUID(),
			creationTimestamp: store.timestamp(),
			...(resource.namespaced ? { namespace } : {}),
		},
	});
	if (resource === pods) completePod(store, made);
	validate(resource, made);
	const other = store.entry(resource, namespace, name);
	if (other !== undefined)
		throw refuse.alreadyExists(
			qualified(resource),
			name,
			other.object.metadata.deletionTimestamp !== undefined,
		);
	const object = own(made);
	return dryRun
		? { status: 201, resource, object, json: JSON.stringify(object) }
		: { status: 201, ...store.put(resource, object) };
}

/**
 * Stores a new version of an object, unless nothing differs: then version and
 * times stay. A resourceVersion in the draft must be the current one. `own`
 * gives the object its managedFields. Throws a StatusError.
 */
export function storeOver(
	store: Store,
	before: Entry,
	draft: Draft,
	dryRun: boolean,
	own: (next: KubeObject) => KubeObject,
): ObjectAnswer {
	const { resource, object: old } = before;
	const { resourceVersion } = draft.metadata ?? {};
	if (resourceVersion && !/^\d+$/.test(resourceVersion))
		throw refuse.internal(
			`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
		);
	if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
		throw refuse.conflict(qualified(resource), old.metadata.name);
	const kept: Draft = {};
	for (const field of resource.serverFields) kept[field] = old[field];
	const next = normalise(resource, {
		...draft,
		...kept,
		metadata: { ...clientMetadata(draft), ...serverMetadata(old, draft) },
	});
	const object = own(next);
	validate(resource, object, old);
	const json = JSON.stringify(object);
	if (dryRun || json === before.json)
		return { status: 200, resource, object, json };
	const { deletionTimestamp, finalizers = [] } = object.metadata;
	// The last finalizer of an object that is being deleted is gone: so is the object.
	if (
		resource.namespaced &&
		deletionTimestamp !== undefined &&
		finalizers.length === 0
	) {
		store.remove(before);
		return { status: 200, resource, object, json };
	}
	return { status: 200, ...store.put(resource, object) };
}

/** Metadata that a client may give. */
function clientMetadata({ metadata = {} }: Draft): Draft["metadata"] {
	const {
		namespace: _namespace,
		uid: _uid,
		resourceVersion: _version,
		deletionTimestamp: _deletion,
		deletionGracePeriodSeconds: _grace,
		managedFields: _owners,
		...given
	} = metadata;
	return given;
}

/** Metadata that stays as it is. Another uid than the current one is let through, for validation to refuse. */
function serverMetadata(
	{ metadata }: KubeObject,
	draft: Draft,
): Draft["metadata"] {
	const { name, uid, labels, annotations, ownerReferences, ...kept } = metadata;
	const { generateName, finalizers, managedFields, ...server } = kept;
	return {
		...(managedFields === undefined || areReset(draft)
			? {}
			: { managedFields }),
		...server,
		name: draft.metadata?.name ?? name,
		uid: draft.metadata?.uid || uid,
	};
}

/** An empty list, or a list of one empty entry, takes all managedFields off. */
function areReset({ metadata = {} }: Draft): boolean {
	const { managedFields: given } = metadata;
	return given !== undefined && ["[]", "[{}]"].includes(JSON.stringify(given));
}

/** Five of the letters that the API server uses: no vowels, no words. */
function randomSuffix(): string {
	const letters = "bcdfghjklmnpqrstvwxz2456789";
	return Array.from(
		{ length: 5 },
		() => letters[randomInt(letters.length)],
	).join("");
}
