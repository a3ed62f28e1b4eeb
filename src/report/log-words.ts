import type { LogNote, RefreshFailure } from "../core/in-cluster/log.ts";
import { FailureError } from "../core/output/failure.ts";
import { isoSeconds, timeLeft } from "../core/pull-secrets/expiry.ts";
import type { SourceRef } from "../core/pull-secrets/source.ts";
import { displayHost } from "../core/registry/server.ts";
import { summary } from "./changes.ts";
import { expiryWords } from "./credential-notes.ts";
import { contentFaultWords } from "./entry-words.ts";
import { failureLine, failureMessage } from "./failure.ts";
import { failureWords } from "./failure-words.ts";
import type { NoteWords } from "./note-wording.ts";
import { verificationWords } from "./verification-words.ts";

/** What a watch notes, in words. */
export function logWords(note: LogNote): NoteWords {
	switch (note.event) {
		case "watching":
			return {
				message: [summary(note.results, "none"), "Watching for changes."],
			};
		case "stopped": {
			const { created, configured, deleted, failed } = note.counts;
			return {
				message: `stopped: ${created} created, ${configured} configured, ${deleted} deleted, ${failed} failed`,
			};
		}
		case "source-awaited":
			return { message: `waiting for the source ${refWords(note.source)}` };
		case "source-back":
			return { message: `the source ${refWords(note.source)} is back` };
		case "source-deleted":
			return {
				message: `source ${refWords(note.source)} was deleted; copies are left unchanged`,
			};
		case "source-malformed":
			return {
				message: `source ${refWords(note.source)}: ${contentFaultWords(note.fault)}; copies are left unchanged`,
			};
		case "record-invalid":
			return failureWords({
				cause: "record-invalid",
				source: note.source,
				fault: note.fault,
			});
		case "credential-expiring":
			return {
				message: expiryWords({ key: note.registry, ...note }),
				advice: { words: "replace it with", script: note.script },
			};
		case "credential-refreshed":
			return {
				message: `renewed the credential for ${displayHost(note.registry)} by ${note.provider}${note.left === undefined ? "" : `; it is valid for ${timeLeft(note.left, 0)}`}`,
			};
		case "credential-refresh-failed":
		case "credential-rejected":
			return {
				message: `cannot renew the credential for ${displayHost(note.registry)}: ${reasonWords(note.why, note.registry)}; the current one ${endWords(note.end)} (will retry)`,
			};
	}
}

function reasonWords(why: RefreshFailure, key: string): string {
	switch (why.is) {
		case "record-unreadable":
			return "the record of the source cannot be read";
		case "no-answer":
			return failureMessage(why.error);
		case "expired":
			return why.same
				? `${why.provider} still gives the one that has expired`
				: `${why.provider} gave one that has expired already`;
		case "rejected":
			return verificationWords(why.verification, key);
		case "changed-meanwhile":
			return "somebody changed it meanwhile";
		case "unwritten":
			return failureLine(
				"error" in why.why ? why.why.error : new FailureError(why.why),
			);
	}
}

function endWords(
	end: { readonly at: number; readonly left: number } | undefined,
): string {
	if (end === undefined) return "stays";
	return end.left <= 0
		? `expired at ${isoSeconds(end.at)}`
		: `expires in ${timeLeft(end.left, 0)}`;
}

function refWords({ namespace, name }: SourceRef): string {
	return `${namespace}/${name}`;
}
