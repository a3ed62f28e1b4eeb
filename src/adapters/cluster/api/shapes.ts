import { fieldOf, isJsonObject } from "../../../core/json-object.ts";
import { type Kind, type ObjectOf, RESOURCES } from "../../../core/objects.ts";
import {
	type LabelSelector,
	parseLabelSelector,
} from "../../../core/pull-secrets/label-selector.ts";
import type { ListQuery, ObjectRef } from "../../../world.ts";

/** What an answer has to be. Whatever stands before an API server (a login page, a proxy) also answers 200. */
export interface Shape<T> {
	/** For messages: `a SecretList`. */
	readonly name: string;
	is(value: unknown): value is T;
}

/** One page of a list, without what its objects say. */
export interface ListBody {
	readonly metadata: { resourceVersion?: string; continue?: string };
	readonly items?: readonly object[] | null;
}

/** A line of a watch; of type ERROR the object is a Status. */
export interface WatchLine<T> {
	readonly type: string;
	readonly object: T;
}

/**
 * What an object that is answered with has to be, beside its kind. Whatever stands before an API server
 * may leave a selector out, and what is done to the objects of a list is done to those that are in it.
 */
interface AskedFor {
	/** Undefined: any, as for all that follows. */
	readonly namespace?: string | undefined;
	readonly name?: string | undefined;
	readonly type?: string | undefined;
	readonly labels?: LabelSelector | undefined;
}

/** One object, of this place; of one that is created under a name that the server makes, the namespace alone. */
export function askedForAt(
	kind: Kind,
	{ namespace, name }: ObjectRef,
): AskedFor {
	return {
		...(RESOURCES[kind].namespaced && { namespace }),
		...(name !== "" && { name }),
	};
}

/** Of the objects of a list or watch. */
export function askedForBy(
	kind: Kind,
	{ namespace, fieldSelector = "", labelSelector = "" }: ListQuery,
): AskedFor {
	const selected = (field: string): string | undefined =>
		fieldSelector
			.split(",")
			.find((term) => term.startsWith(`${field}=`))
			?.slice(field.length + 1);
	return {
		...(RESOURCES[kind].namespaced && { namespace }),
		name: selected("metadata.name"),
		type: selected("type"),
		labels: parseLabelSelector(labelSelector),
	};
}

/** One object of the kind: it has a name, the fields of its kind have their types, and it is what was asked for. */
export function objectShape<K extends Kind>(
	kind: K,
	asked: AskedFor,
): Shape<ObjectOf[K]> {
	return {
		name: `a ${kind}`,
		is: (value): value is ObjectOf[K] =>
			isNamed(value) &&
			isOfKind(value, kind) &&
			hasFields(value, FIELDS[kind] ?? {}) &&
			isAskedFor(value, asked),
	};
}

/** The server names it after the kind, or, of metadata alone, `PartialObjectMetadataList`. */
export function listShape(kind: Kind): Shape<ListBody> {
	return {
		name: `a ${kind}List`,
		is: (value): value is ListBody =>
			isJsonObject(value) &&
			(value.kind === `${kind}List` ||
				value.kind === "PartialObjectMetadataList") &&
			isJsonObject(value.metadata) &&
			hasFields(value, { items: [{}] }),
	};
}

/** A line of a watch: a change of an object that was asked for, a bookmark, or an error. */
export function watchShape<K extends Kind>(
	kind: K,
	asked: AskedFor,
): Shape<WatchLine<ObjectOf[K]>> {
	const there = objectShape(kind, asked);
	// Of what leaves a selection by its labels it is told that it went.
	const gone = objectShape(kind, { ...asked, labels: undefined });
	return {
		name: `a watch of ${kind}s`,
		is(value): value is WatchLine<ObjectOf[K]> {
			if (!isJsonObject(value) || !isJsonObject(value.object)) return false;
			const { type, object } = value;
			switch (type) {
				case "ADDED":
				case "MODIFIED":
					return there.is(object);
				case "DELETED":
					return gone.is(object);
				case "BOOKMARK":
					return (
						isJsonObject(object.metadata) &&
						hasFields(object.metadata, { resourceVersion: "text" })
					);
				default:
					return type === "ERROR";
			}
		},
	};
}

/** What a deletion is answered with: a Status, or the object while finalizers hold it. */
export const DELETED: Shape<unknown> = {
	name: "a Status",
	is: (value): value is unknown =>
		isJsonObject(value) && typeof value.kind === "string",
};

export const REVIEW: Shape<{ status: { allowed?: boolean } }> = {
	name: "a SelfSubjectAccessReview",
	is: (value): value is { status: { allowed?: boolean } } =>
		isJsonObject(value) && isJsonObject(value.status),
};

/** Objects of a list need not say their kind. */
function isOfKind({ kind }: { kind?: unknown }, wanted: Kind): boolean {
	return (
		kind === undefined || kind === wanted || kind === "PartialObjectMetadata"
	);
}

/** An object with a name, of which the fields that all kinds have, and those of a Secret, are of their types. */
function isNamed(value: unknown): value is never {
	return (
		isJsonObject(value) &&
		typeof fieldOf(value.metadata, "name") === "string" &&
		hasFields(value, OBJECT)
	);
}

/**
 * What a field has to be where it is there, and not null: a text, a flag, a map of texts, an object of such
 * fields, or a list of such objects.
 */
type Field = "text" | "flag" | "texts" | Fields | readonly [Fields];
interface Fields {
	readonly [name: string]: Field;
}

const OBJECT: Fields = {
	metadata: {
		namespace: "text",
		uid: "text",
		resourceVersion: "text",
		creationTimestamp: "text",
		deletionTimestamp: "text",
		labels: "texts",
		annotations: "texts",
		ownerReferences: [{}],
		managedFields: [{}],
	},
	type: "text",
	data: "texts",
	immutable: "flag",
};

const NAMED = { name: "text" } as const;
const CONTAINER = { ...NAMED, image: "text" } as const;
const POD = {
	containers: [CONTAINER],
	initContainers: [CONTAINER],
	ephemeralContainers: [CONTAINER],
	imagePullSecrets: [NAMED],
	volumes: [{ ...NAMED, image: { reference: "text" } }],
	serviceAccountName: "text",
	nodeName: "text",
} as const;
const STATUS = {
	...NAMED,
	image: "text",
	imageID: "text",
	state: { waiting: { reason: "text", message: "text" } },
} as const;

/** Fields of kinds that whole clusters are full of, and that are looked into; of a Secret, OBJECT has them. */
const FIELDS: Partial<Record<Kind, Fields>> = {
	ServiceAccount: { imagePullSecrets: [NAMED] },
	Pod: {
		spec: POD,
		status: {
			phase: "text",
			containerStatuses: [STATUS],
			initContainerStatuses: [STATUS],
			ephemeralContainerStatuses: [STATUS],
		},
	},
	Deployment: { spec: { template: { spec: POD } } },
	DaemonSet: { spec: { template: { spec: POD } } },
	StatefulSet: { spec: { template: { spec: POD } } },
	Event: {
		reason: "text",
		message: "text",
		involvedObject: {
			...NAMED,
			kind: "text",
			namespace: "text",
			fieldPath: "text",
		},
		series: { lastObservedTime: "text" },
	},
	Node: {
		status: {
			nodeInfo: {
				kubeletVersion: "text",
				architecture: "text",
				operatingSystem: "text",
			},
		},
	},
};

/** Looked at for each object of a list, hence a loop, as in the next. */
function hasFields(
	value: Readonly<Record<string, unknown>>,
	fields: Fields,
): boolean {
	for (const name in fields) {
		const has = value[name];
		const field = fields[name];
		if (has === undefined || has === null || field === undefined) continue;
		if (!isField(has, field)) return false;
	}
	return true;
}

function isField(value: unknown, field: Field): boolean {
	if (field === "text") return typeof value === "string";
	if (field === "flag") return typeof value === "boolean";
	if (field === "texts") return isTexts(value);
	if (!isList(field)) return isJsonObject(value) && hasFields(value, field);
	const [fields] = field;
	return (
		Array.isArray(value) &&
		value.every((item) => isJsonObject(item) && hasFields(item, fields))
	);
}

function isList(field: Fields | readonly [Fields]): field is readonly [Fields] {
	return Array.isArray(field);
}

function isAskedFor(
	value: object,
	{ namespace, name, type, labels }: AskedFor,
): boolean {
	const { metadata, type: itsType }: { metadata?: object; type?: unknown } =
		value;
	const its: {
		namespace?: unknown;
		name?: unknown;
		labels?: Readonly<Record<string, string>> | null;
	} = metadata ?? {};
	return (
		(namespace === undefined || its.namespace === namespace) &&
		(name === undefined || its.name === name) &&
		// Of metadata alone it is not there.
		(type === undefined || itsType === undefined || itsType === type) &&
		(labels === undefined || labels.matches(its.labels ?? {}))
	);
}

function isTexts(value: unknown): boolean {
	if (!isJsonObject(value)) return false;
	for (const key in value) if (typeof value[key] !== "string") return false;
	return true;
}
