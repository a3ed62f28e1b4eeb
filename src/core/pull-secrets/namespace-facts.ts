import type { Namespace } from "../objects.ts";
import { INJECTION } from "./injection.ts";
import { littleOf, sizeOf } from "./managers.ts";
import type { Annotated } from "./ownership.ts";

/** What of a Namespace decides whether it is served. */
export interface NamespaceFacts {
	readonly name: string;
	readonly uid: string;
	/** Undefined: there are too many to be kept, and nothing that goes by labels means it. */
	readonly labels: Readonly<Record<string, string>> | undefined;
	/** Of many, those that are asked about. */
	readonly annotations: Readonly<Record<string, string>>;
	/** It is being deleted: nothing can be created there. */
	readonly terminating: boolean;
}

/** In characters: some hundred labels. Whoever may change a Namespace decides how many it has. */
const MOST_LABELS = 8 << 10;

/** Of a Namespace's metadata. */
export function namespaceFacts({ metadata }: Namespace): NamespaceFacts {
	const { labels = {}, annotations = {} } = metadata;
	return {
		name: metadata.name ?? "",
		uid: metadata.uid ?? "",
		labels: sizeOf(labels) > MOST_LABELS ? undefined : labels,
		annotations: littleOf(annotations, DECIDING),
		terminating: metadata.deletionTimestamp !== undefined,
	};
}

/** On a Namespace: `"true"` keeps it from being served, also where it is recorded. */
export const SKIP_ANNOTATION = "kubectl-meshreg/skip";

/** The annotations of a Namespace that decide anything. */
const DECIDING = [
	SKIP_ANNOTATION,
	...Object.values(INJECTION)
		.flat(2)
		.flatMap(({ on, key }) => (on === "annotations" ? key : [])),
];

/** Whether whoever owns a namespace wants no copy there. */
export function isSkipped({ annotations }: Annotated): boolean {
	return annotations[SKIP_ANNOTATION] === "true";
}

/** Why no copy is written in a namespace, whoever asks for one; undefined: one is. */
export function closedBy(
	facts: NamespaceFacts,
): "terminating" | "skipped" | undefined {
	if (facts.terminating) return "terminating";
	return isSkipped(facts) ? "skipped" : undefined;
}

/** For selectors that the API server evaluates; what is decided here asks `isSystemNamespace`. */
export const SYSTEM_NAMESPACES: readonly string[] = [
	"kube-system",
	"kube-public",
	"kube-node-lease",
];

/** Whether only whoever names it may mean this namespace: no rule, list or picker gives it anything. */
export function isSystemNamespace(name: string): boolean {
	return SYSTEM_NAMESPACES.includes(name);
}
