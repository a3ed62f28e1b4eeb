import type { Cases } from "../cases.ts";
import { LAST_APPLIED, type MergePatch, type Secret } from "../objects.ts";
import type { Obstacle } from "../output/failure.ts";
import type { Action } from "../output/result.ts";
import { onlyFields, ownValue } from "../own-value.ts";
import {
	ISSUED_AT_ANNOTATION,
	OF_COPIES,
	OF_SOURCES,
	PULL_SECRET_DATA_KEY,
	roleOf,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	TARGETS_ANNOTATION,
} from "./ownership.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	secretOf,
} from "./pull-secret.ts";
import {
	parseRecord,
	recordText,
	type SourceRecord,
	withUids,
} from "./record.ts";
import { isSourceLike } from "./source.ts";

/** One thing to do, or not to do, about one Secret. */
export type Change = Cases<
	"action",
	{
		create: { desired: DesiredPullSecret };
		update: { current: PullSecret; desired: DesiredPullSecret };
		/** Deleted and created again, because the type or `immutable` forbids an update. */
		replace: { current: PullSecret; desired: DesiredPullSecret };
		delete: { current: PullSecret };
		unchanged: { current: PullSecret; desired: DesiredPullSecret };
		conflict: { current: PullSecret; obstacle: Obstacle };
	}
>;

/** Whether there is something to be done. */
export function isWrite({ action }: Change): boolean {
	return action !== "unchanged" && action !== "conflict";
}

/** One of some kinds. */
export type ChangeOf<Kind extends Change["action"]> = Change & {
	readonly action: Kind;
};

/** The patch of an update. It keeps other people's labels, annotations and finalizers. */
export function updatePatch(
	current: PullSecret,
	desired: DesiredPullSecret,
): MergePatch {
	const annotations = annotationsAfter(current, desired);
	const gone = Object.keys(current.annotations).filter(
		(key) => !Object.hasOwn(annotations, key),
	);
	return {
		metadata: {
			resourceVersion: current.resourceVersion,
			labels: changed(current.labels, desired.labels),
			annotations: {
				...changed(current.annotations, annotations),
				...Object.fromEntries(gone.map((key) => [key, null])),
			},
		},
		...(current.content.canonical !== desired.content.canonical && {
			data: { [PULL_SECRET_DATA_KEY]: desired.content.data },
		}),
	};
}

/** Those of the wanted labels or annotations that are not there, or are there with another value. */
export function changed(
	current: Readonly<Record<string, string>>,
	wanted: Readonly<Record<string, string>>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(wanted).filter(
			([key, value]) => ownValue(current, key) !== value,
		),
	);
}

/**
 * The annotations after an update: other people's stay; what we remember of a copy goes from a source, and the
 * other way round; what another's says of one is not believed. So does what `kubectl apply` keeps of other content,
 * all of it: a password that was replaced would stay readable there.
 */
export function annotationsAfter(
	current: PullSecret,
	desired: DesiredPullSecret,
): Record<string, string> {
	const isCopy = SOURCE_ANNOTATION in desired.annotations;
	const isTakenOver = roleOf(current) !== (isCopy ? "copy" : "source");
	const isOther = current.content.canonical !== desired.content.canonical;
	const gone = [
		...(isCopy || !isSourceLike(current) ? OF_SOURCES : []),
		...(isCopy ? [] : OF_COPIES),
		...(isTakenOver || isOther ? [LAST_APPLIED] : []),
	];
	return {
		...Object.fromEntries(
			Object.entries(current.annotations).filter(
				([key]) => !gone.includes(key),
			),
		),
		...desired.annotations,
	};
}

/** What takes the place of a Secret that forbids an update, `old`: it keeps what an update would keep. */
export function replacementOf(
	old: Secret,
	{ current, desired }: ChangeOf<"replace">,
): Secret {
	const { metadata } = recreatable(old);
	const { labels = {}, annotations = {} } = metadata;
	return {
		...secretOf(desired),
		metadata: {
			...metadata,
			labels: { ...labels, ...desired.labels },
			annotations: annotationsAfter({ ...current, annotations }, desired),
		},
	};
}

/** A Secret as it can be created again after it was deleted: without what the server gave it. One with finalizers never is. */
export function recreatable(secret: Secret): Secret {
	return { ...secret, metadata: onlyFields(secret.metadata, RECREATED) };
}

const RECREATED = [
	"name",
	"namespace",
	"labels",
	"annotations",
	"ownerReferences",
] as const;

/** What a change is called once it is done. */
export const ACTIONS: Readonly<Record<Change["action"], Action>> = {
	create: "created",
	update: "configured",
	replace: "configured",
	delete: "deleted",
	unchanged: "unchanged",
	conflict: "failed",
};

/**
 * A pull secret as it is printed to be committed or applied: the same bytes for the same input, so
 * without what only one cluster, or one moment, knows: uids, and when a credential was entered. What
 * a source that is there remembers besides stays.
 */
export function manifestOf(
	desired: DesiredPullSecret,
	current?: PullSecret,
): Secret {
	const isSource = !(SOURCE_ANNOTATION in desired.annotations);
	const kept =
		current === undefined || !isSource
			? []
			: Object.entries(annotationsAfter(current, desired)).filter(([key]) =>
					OF_SOURCES.includes(key),
				);
	const {
		[ISSUED_AT_ANNOTATION]: _issued,
		[SOURCE_UID_ANNOTATION]: _uid,
		[TARGETS_ANNOTATION]: record,
		...annotations
	} = { ...Object.fromEntries(kept), ...desired.annotations };
	return secretOf({
		...desired,
		annotations: {
			...annotations,
			...(record !== undefined && {
				[TARGETS_ANNOTATION]: withoutUids(record),
			}),
		},
	});
}

/** The same object with another record, as it is printed. */
export function withRecord(object: object, record: SourceRecord): object {
	const secret = object as Secret;
	return {
		...secret,
		metadata: {
			...secret.metadata,
			annotations: {
				...secret.metadata.annotations,
				[TARGETS_ANNOTATION]: recordText(trusting(record)),
			},
		},
	};
}

/** A record that trusts its names; what does not parse stays as it is. */
function withoutUids(annotation: string): string {
	const { record } = parseRecord(annotation);
	return record ? recordText(trusting(record)) : annotation;
}

function trusting(record: SourceRecord): SourceRecord {
	return withUids(record, () => "");
}

/** A namespace as a manifest. */
export function namespaceManifest(name: string): object {
	return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}
