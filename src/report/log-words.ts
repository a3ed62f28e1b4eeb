import type { LogNote, RefreshFailure } from "../core/in-cluster/log.ts";
import { claimedName, said } from "../core/output/printable.ts";
import { isoSeconds, timeLeft } from "../core/pull-secrets/expiry.ts";
import { sourceRef } from "../core/pull-secrets/pull-secret.ts";
import { displayHost } from "../core/registry/server.ts";
import { failureLineOf, summary } from "./changes.ts";
import { expiryWords } from "./credential-notes.ts";
import { contentFaultWords } from "./entry-words.ts";
import { failureMessage } from "./failure.ts";
import { failureWords, subjectWords } from "./failure-words.ts";
import { verificationWords } from "./verification-words.ts";
import { type Wording, type Words, worded } from "./wording.ts";

/** What a watch notes, in words. */
export function logWords(note: LogNote): Words {
	return worded(WORDS[note.event], note, undefined);
}

const unrenewed: LogWording["credential-refresh-failed"] = ({
	registry,
	why,
	end,
}) =>
	`cannot renew the credential for ${displayHost(registry)}: ${reasonWords(why, registry)}; the current one ${endWords(end)} (will retry)`;

type LogWording = Wording<LogNote, undefined, "event">;

const WORDS: LogWording = {
	synced: ({ results }) => summary(results, "none"),
	"server-warning": ({ said: words }) => said(words),
	watching: () => "Watching for changes.",
	stopped: ({ counts: { created, configured, deleted, failed } }) =>
		`stopped: ${created} created, ${configured} configured, ${deleted} deleted, ${failed} failed`,
	// Who writes an object says what its field manager is called.
	undone: ({ kind, place: { namespace, name }, did, by }) =>
		`${by === undefined ? "something" : claimedName(by)} keeps ${did} ${subjectWords({ kind, name, namespaces: [namespace] })} (will retry, at most once a minute)`,
	"source-awaited": ({ source }) =>
		`waiting for the source ${sourceRef(source)}`,
	"source-back": ({ source }) => `the source ${sourceRef(source)} is back`,
	"source-deleted": ({ source }) =>
		`source ${sourceRef(source)} was deleted; copies are left unchanged`,
	"source-malformed": ({ source, fault }) =>
		`source ${sourceRef(source)}: ${contentFaultWords(fault)}; copies are left unchanged`,
	"record-invalid": ({ source, fault }) =>
		failureWords({ cause: "record-invalid", source, fault }),
	"record-missing": ({ source }) =>
		failureWords({ cause: "record-missing", source }),
	"credential-expiring": ({ registry, script, ...note }) => ({
		message: expiryWords({ key: registry, ...note }),
		advice: { words: "replace it with", script },
	}),
	"credential-refreshed": ({ registry, provider, left }) =>
		`renewed the credential for ${displayHost(registry)} by ${provider}${left === undefined ? "" : `; it is valid for ${timeLeft(left)}`}`,
	"credential-refresh-failed": unrenewed,
	"credential-rejected": unrenewed,
};

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
			return "the source was modified concurrently";
		case "unwritten":
			return failureLineOf(why.result);
	}
}

function endWords(
	end: { readonly at: number; readonly left: number } | undefined,
): string {
	if (end === undefined) return "stays";
	return end.left <= 0
		? `expired at ${isoSeconds(end.at)}`
		: `expires in ${timeLeft(end.left)}`;
}
