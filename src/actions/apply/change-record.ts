import {
	FailureError,
	type Recording,
	type SourceFailure,
} from "../../core/output/failure.ts";
import type { DryRun } from "../../core/output/result.ts";
import { growingPause, spread } from "../../core/pauses.ts";
import { TARGETS_ANNOTATION } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	addsOnlyUids,
	EMPTY_RECORD,
	isSameRecord,
	RECORD_LIMIT,
	recordBytes,
	recordReadingIn,
	recordText,
	type SourceRecord,
} from "../../core/pull-secrets/record.ts";
import { ApiError, unlessForbidden } from "../../errors.ts";
import type { World } from "../../world.ts";
import { type Reading, readPullSecret } from "../read/read-keys.ts";

/** What a record is to say. */
export interface RecordChange {
	/** The record as it is to be, of what it is by now. */
	readonly change: (record: SourceRecord) => SourceRecord;
	/** How it is told where it cannot be. */
	readonly recording: Recording;
}

/** How often others may change the source under our hands: of many that record at once, each waits for the others. */
const ATTEMPTS = 200;
const PAUSES = { first: 10, longest: 500 };

/** The record of a source; undefined where it has none. Throws FailureError for one that says nothing that is known. */
export function recordOf(source: PullSecret): SourceRecord | undefined {
	const { record, fault } = recordReadingIn(source);
	if (fault !== undefined)
		throw new FailureError({
			cause: "record-invalid",
			source: placeOf(source),
			fault,
		});
	return record;
}

/** That a source has no record. */
export function recordMissing(source: PullSecret): FailureError {
	return new FailureError({
		cause: "record-missing",
		source: placeOf(source),
	});
}

/**
 * Changes the record on a source, and again where somebody else was faster. Resolves with the source as it is then, or
 * with a dry run would be; nothing is written where nothing changes. Throws FailureError where it may not be written, or
 * somebody else keeps it; what else the cluster throws.
 */
export async function changeRecord(
	source: PullSecret,
	wish: RecordChange,
	how: Reading & {
		readonly world: Pick<World, "clock" | "interrupt">;
		readonly dryRun: DryRun;
	},
): Promise<PullSecret> {
	let now = source;
	for (let attempt = 1; ; attempt++) {
		const changed = recordToWrite(now, wish);
		if (changed === undefined) return now;
		const text = recordText(changed);
		const annotations = { [TARGETS_ANNOTATION]: text };
		try {
			// A source that a dry run did not make cannot be patched.
			if (
				how.dryRun === "none" ||
				(how.dryRun === "server" && now.uid !== "")
			) {
				const dryRun = how.dryRun === "server";
				const { resourceVersion } = now;
				const written = await how.cluster.patch(
					"Secret",
					now,
					{ metadata: { resourceVersion, annotations } },
					{ dryRun },
				);
				if (!dryRun) return how.reader.toPullSecret(written);
			}
			// Of a dry run the server's answer lacks what else the run would have written to it.
			return { ...now, annotations: { ...now.annotations, ...annotations } };
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (error.status === 403) {
				const record = recordOf(now);
				if (record && addsOnlyUids(record, changed)) return now;
				// What admission refuses, no right helps.
				const access = { verb: "patch", resource: "secrets", ...placeOf(now) };
				if (await unlessForbidden(how.cluster.canI(access))) throw error;
				throw new FailureError({
					cause: "record-forbidden",
					source: placeOf(now),
					...wish.recording,
				});
			}
			// That it is gone by now is said with where it was.
			if (error.status === 404) await readSource(now, how);
			if (error.status !== 409 || attempt === ATTEMPTS) throw error;
		}
		// Others are at it, too: not all at the same time again.
		const pause = spread(growingPause(attempt, PAUSES));
		await how.world.clock.delay(pause, how.world.interrupt);
		now = await readSource(now, how);
	}
}

async function readSource(
	source: PullSecret,
	at: Reading,
): Promise<PullSecret> {
	const now = await readPullSecret(at, source);
	if (now === undefined) throw new FailureError(sourceGone(source));
	return now;
}

/** That a source is not there any more. */
export function sourceGone(source: PullSecret): SourceFailure {
	const by = "--from";
	return { cause: "source-missing", ...placeOf(source), elsewhere: [], by };
}

/**
 * What a record is to be written as; undefined: it says all of it as it is, a name without its uid
 * where somebody else keeps the record. Throws FailureError where it may not be written.
 */
export function recordToWrite(
	source: PullSecret,
	{ change, recording }: RecordChange,
): SourceRecord | undefined {
	const before = recordOf(source);
	const record = change(before ?? EMPTY_RECORD);
	// An empty record where there was none would say that it was sent nowhere.
	if (isSameRecord(before ?? EMPTY_RECORD, record)) return undefined;
	const bytes = recordBytes(record);
	// One that grew by another hand may be made smaller.
	if (bytes > RECORD_LIMIT && bytes > recordBytes(before ?? EMPTY_RECORD))
		throw new FailureError({
			cause: "record-too-large",
			source: placeOf(source),
			bytes,
			limit: RECORD_LIMIT,
		});
	if (source.recordKeeper === undefined) return record;
	if (before !== undefined && addsOnlyUids(before, record)) return undefined;
	throw new FailureError({
		cause: "record-kept-by-other",
		source: placeOf(source),
		...recording,
		manager: source.recordKeeper,
	});
}
