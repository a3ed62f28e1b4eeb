import type { Secret } from "../objects.ts";
import { annotationsAfter } from "./change.ts";
import {
	ISSUED_AT_ANNOTATION,
	OF_SOURCES,
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
