import type { Namespace } from "../objects.ts";
import type { Annotated } from "./ownership.ts";

/** What of a Namespace decides whether it is served. */
export interface NamespaceFacts {
	readonly name: string;
	readonly uid: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	/** It is being deleted: nothing can be created there. */
	readonly terminating: boolean;
}

/** Of a Namespace's metadata. */
export function namespaceFacts({ metadata }: Namespace): NamespaceFacts {
	return {
		name: metadata.name ?? "",
		uid: metadata.uid ?? "",
		labels: metadata.labels ?? {},
		annotations: metadata.annotations ?? {},
		terminating: metadata.deletionTimestamp !== undefined,
	};
}

/** On a Namespace: `"true"` keeps it from being served, also where it is recorded. */
export const SKIP_ANNOTATION = "kubectl-meshreg/skip";

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
