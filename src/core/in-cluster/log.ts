import type { Failure, RecordFault } from "../output/failure.ts";
import type { Action, ChangeResult } from "../output/result.ts";
import type { Script } from "../output/shell.ts";
import type { ContentFault } from "../pull-secrets/content-fault.ts";
import type { SourceRef } from "../pull-secrets/source.ts";
import type { Verification } from "../registry/verification.ts";

/**
 * What a watch notes besides its results; report/ words it. `event` is a word that stays: alerts and filters
 * are written on it. Times are milliseconds since 1970, lengths of time milliseconds.
 */
export type LogNote =
	/** Everything has been looked at once. */
	| {
			readonly level: "info";
			readonly event: "watching";
			readonly results: readonly ChangeResult[];
	  }
	| {
			readonly level: "info";
			readonly event: "stopped";
			readonly counts: Readonly<Record<Action, number>>;
	  }
	| {
			readonly level: "info";
			readonly event: "source-awaited" | "source-back";
			readonly source: SourceRef;
	  }
	| {
			readonly level: "warning";
			readonly event: "source-deleted";
			readonly source: SourceRef;
	  }
	| {
			readonly level: "error";
			readonly event: "source-malformed";
			readonly source: SourceRef;
			readonly fault: ContentFault;
	  }
	| {
			readonly level: "error";
			readonly event: "record-invalid";
			readonly source: SourceRef;
			readonly fault: RecordFault;
	  }
	| CredentialLogNote;

/** The same about one entry of the source; `registry` is its key. */
type CredentialLogNote = { readonly registry: string } & (
	| {
			readonly level: "warning";
			readonly event: "credential-expiring";
			readonly at: number;
			readonly isOver: boolean;
			/** What replaces it; undefined: its key is no registry's name. */
			readonly script: Script | undefined;
	  }
	| {
			readonly level: "info";
			readonly event: "credential-refreshed";
			/** The provider's name. */
			readonly provider: string;
			/** How long it is valid; undefined: nobody knows. */
			readonly left: number | undefined;
	  }
	| {
			/** An error where the end of the one that is there is close. */
			readonly level: "warning" | "error";
			readonly event: "credential-refresh-failed" | "credential-rejected";
			readonly why: RefreshFailure;
			/** When the one that is there ends, and how far off that is; undefined: nobody knows. */
			readonly end: { readonly at: number; readonly left: number } | undefined;
	  }
);

/** Why a credential was not renewed. */
export type RefreshFailure =
	| { readonly is: "record-unreadable" }
	/** The provider's, in its words. */
	| { readonly is: "no-answer"; readonly error: Error }
	/** What it gave is over: `same`: it is the one that is there. */
	| {
			readonly is: "expired";
			readonly provider: string;
			readonly same: boolean;
	  }
	| { readonly is: "rejected"; readonly verification: Verification }
	/** Somebody wrote the entry, or the source. */
	| { readonly is: "changed-meanwhile" }
	| { readonly is: "unwritten"; readonly why: Failure };
