import type { Place } from "../output/input-failure.ts";
import { isNamespaceName, isObjectName } from "../output/shell.ts";
import { contentFault } from "./content-fault.ts";
import type { NamespaceFacts } from "./namespace-facts.ts";
import { roleOf, SOURCE_ANNOTATION } from "./ownership.ts";
import { type PullSecret, sourceRef } from "./pull-secret.ts";
import { isCoveredByRule, recordIn, recordReadingIn } from "./record.ts";

export type SourceRef = Place;

/** May copies be made from it? A pull secret that is no copy itself. */
export function isSourceLike(key: PullSecret): boolean {
	const role = roleOf(key);
	return role === "source" || role === "labelled";
}

/** What a pull secret may be worth, in the words of `list`. */
export const STATUSES = [
	/** A kubelet would break on it, or never match it. */
	"Invalid",
	"Source",
	"Drifted",
	"Orphaned",
	"Unknown",
	"InSync",
	/** It says that it is a copy, and has the source's content; the record does not know it. */
	"Unrecorded",
	"Unmanaged",
] as const;
export type PullSecretStatus = (typeof STATUSES)[number];

/** What is known of a source that copies name: itself, that it is gone, or that nobody may look. */
export type SourceKnowledge = PullSecret | "gone" | "unknown";

/** What statuses are judged by, besides the pull secrets themselves. */
export interface Surroundings {
	/** What is known of every source that copies name, by `NAMESPACE/NAME`. */
	readonly sources: ReadonlyMap<string, SourceKnowledge>;
	/** All Namespaces by name; undefined: they may not be listed, or no record has a rule. */
	readonly namespaces: ReadonlyMap<string, NamespaceFacts> | undefined;
}

/**
 * The first status that holds. What nobody may look at is not held against a copy: only what is
 * known to be in no record is `Unrecorded`.
 */
export function statusOf(
	key: PullSecret,
	{ sources, namespaces }: Surroundings,
): PullSecretStatus {
	if (contentFault(key.content) !== undefined) return "Invalid";
	const role = roleOf(key);
	if (role === "unmanaged") return "Unmanaged";
	if (role === "source" || (role === "labelled" && sources.has(sourceRef(key))))
		return "Source";
	if (role === "labelled") return "Unmanaged";
	const source =
		sources.get(key.annotations[SOURCE_ANNOTATION] ?? "") ?? "unknown";
	if (source === "unknown") return "Unknown";
	if (source === "gone") return "Orphaned";
	if (source.content.canonical !== key.content.canonical) return "Drifted";
	return isSentTo(key, source, namespaces) ? "InSync" : "Unrecorded";
}

/** Whether the record of a source may be why there is a copy. */
function isSentTo(
	{ namespace, name }: PullSecret,
	source: PullSecret,
	namespaces: Surroundings["namespaces"],
): boolean {
	if (name !== source.name) return false;
	const { record, fault } = recordReadingIn(source);
	// Nobody knows what a record means that cannot be read: sync and check say so.
	if (record === undefined) return fault !== undefined;
	if (record.names.has(namespace)) return true;
	if (record.rules.length === 0) return false;
	const facts = namespaces?.get(namespace);
	return facts === undefined || isCoveredByRule(record, facts);
}

/** Whether one of these records can only be understood with what stands on the Namespaces. */
export function needNamespaces(
	sources: ReadonlyMap<string, SourceKnowledge>,
): boolean {
	return [...sources.values()].some((source) => {
		const record = typeof source === "object" ? recordIn(source) : undefined;
		return record !== undefined && record.rules.length > 0;
	});
}

/** A source annotation as a place; undefined for what the API server would take for none. */
export function legalSourceRef(text: string): SourceRef | undefined {
	const [namespace = "", name = "", ...rest] = text.split("/");
	const isLegal =
		rest.length === 0 && isNamespaceName(namespace) && isObjectName(name);
	return isLegal ? { namespace, name } : undefined;
}

/** The `NAMESPACE/NAME` of every source that copies among `keys` name, each once. */
export function sourcesNamed(keys: readonly PullSecret[]): string[] {
	const named = keys
		.filter((key) => roleOf(key) === "copy")
		.map((key) => key.annotations[SOURCE_ANNOTATION] ?? "");
	return [...new Set(named)].sort();
}
