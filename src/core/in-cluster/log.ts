import type { Cases, Faults, None } from "../cases.ts";
import type { RecordFault } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import type { Action, ChangeResult } from "../output/result.ts";
import type { Script } from "../output/shell.ts";
import type { ContentFault } from "../pull-secrets/content-fault.ts";
import type { SourceRef } from "../pull-secrets/source.ts";
import type { Verification } from "../registry/verification.ts";

/**
 * What a watch notes besides its results; report/ words it. `event` is a word that stays: alerts and filters
 * are written on it. Times are milliseconds since 1970, lengths of time milliseconds.
 */
export type LogNote = Cases<
	"event",
	{
		/** Everything has been looked at once, with what became of it. */
		synced: { level: "info"; results: readonly ChangeResult[] };
		watching: { level: "info" };
		/** What the API server says beside an answer, in its words. */
		"server-warning": { level: "warning"; said: string };
		stopped: { level: "info"; counts: Readonly<Record<Action, number>> };
		/** Each write is undone, so that it is repeated ever less often. */
		undone: {
			level: "warning";
			kind: "Secret" | "ServiceAccount";
			place: Place;
			/** What somebody does each time. */
			did: "changing" | "deleting" | "creating";
			/** Which field manager; undefined: what is there does not say. */
			by: string | undefined;
		};
		"source-awaited": { level: "info"; source: SourceRef };
		"source-back": { level: "info"; source: SourceRef };
		"source-deleted": { level: "warning"; source: SourceRef };
		"source-malformed": {
			level: "error";
			source: SourceRef;
			fault: ContentFault;
		};
		"record-invalid": {
			level: "error";
			source: SourceRef;
			fault: RecordFault;
		};
		"record-missing": { level: "error"; source: SourceRef };
		"credential-expiring": {
			level: "warning";
			/** Of this and what follows: the key of the entry that it is about. */
			registry: string;
			at: number;
			isOver: boolean;
			/** What replaces it; undefined: its key is no registry's name. */
			script: Script | undefined;
		};
		"credential-refreshed": {
			level: "info";
			registry: string;
			provider: string;
			/** How long it is valid; undefined: nobody knows. */
			left: number | undefined;
		};
		"credential-refresh-failed": Unrenewed;
		"credential-rejected": Unrenewed;
	}
>;

interface Unrenewed {
	/** An error where the end of the one that is there is close. */
	readonly level: "warning" | "error";
	readonly registry: string;
	readonly why: RefreshFailure;
	/** When the one that is there ends, and how far off that is; undefined: nobody knows. */
	readonly end: { readonly at: number; readonly left: number } | undefined;
}

/** Why a credential was not renewed. */
export type RefreshFailure = Faults<{
	"record-unreadable": None;
	/** The provider's, in its words. */
	"no-answer": { error: Error };
	/** What it gave is over: `same`: it is the one that is there. */
	expired: { provider: string; same: boolean };
	rejected: { verification: Verification };
	/** Somebody wrote the entry, or the source. */
	"changed-meanwhile": None;
	unwritten: { result: ChangeResult };
}>;
