import { isObjectName } from "../output/shell.ts";
import { contentFault } from "./content-fault.ts";
import { roleOf, SOURCE_ANNOTATION } from "./ownership.ts";
import { type PullSecret, sourceRef } from "./pull-secret.ts";

/** A source's place. */
export interface SourceRef {
	readonly namespace: string;
	readonly name: string;
}

/** May copies be made from it? A pull secret that is no copy itself. */
export function isSourceLike(key: PullSecret): boolean {
	const role = roleOf(key);
	return role === "source" || role === "labelled";
}

/** What a pull secret is worth, in the words of `list`. */
export type PullSecretStatus =
	/** A kubelet would break on it, or never match it. */
	| "Invalid"
	| "Source"
	| "Drifted"
	| "Orphaned"
	| "Unknown"
	| "InSync"
	| "Unmanaged";

/** What is known of a source that copies name: itself, that it is gone, or that nobody may look. */
export type SourceKnowledge = PullSecret | "gone" | "unknown";

/**
 * The first status that holds. `sources` maps `NAMESPACE/NAME` of every source
 * annotation among `keys` to what is known of it.
 */
export function statusOf(
	key: PullSecret,
	sources: ReadonlyMap<string, SourceKnowledge>,
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
	return source.content.canonical === key.content.canonical
		? "InSync"
		: "Drifted";
}

/** A source annotation as a place; undefined for what the API server would take for none. */
export function legalSourceRef(text: string): SourceRef | undefined {
	const [namespace = "", name = "", ...rest] = text.split("/");
	const isLegal =
		rest.length === 0 &&
		namespace.length <= 63 &&
		!namespace.includes(".") &&
		isObjectName(namespace) &&
		isObjectName(name);
	return isLegal ? { namespace, name } : undefined;
}

/** The `NAMESPACE/NAME` of every source that copies among `keys` name, each once. */
export function sourcesNamed(keys: readonly PullSecret[]): string[] {
	const named = keys
		.filter((key) => roleOf(key) === "copy")
		.map((key) => key.annotations[SOURCE_ANNOTATION] ?? "");
	return [...new Set(named)].sort();
}
