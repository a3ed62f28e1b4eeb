import type { Failure } from "./failure.ts";

const ACTIONS = [
	"created",
	"configured",
	"unchanged",
	"deleted",
	"skipped",
	"failed",
] as const;

/** What became of one object. */
export type Action = (typeof ACTIONS)[number];

/** Whether an object is another then, or would be. */
export function isWritten(action: Action): boolean {
	return ["created", "configured", "deleted"].includes(action);
}

/** Where a dry run was made, if one was. */
export type DryRun = "none" | "client" | "server";

/** One row of a report, and one item of `-o json`. */
export interface ChangeResult {
	/** The kubeconfig context; "" in-cluster. */
	readonly context: string;
	/** "" for what has no namespace. */
	readonly namespace: string;
	/** `Secret`, `ServiceAccount`, `Namespace`. */
	readonly kind: string;
	readonly name: string;
	readonly action: Action;
	/** Why it was skipped or failed, or is not all that was meant; absent otherwise. */
	readonly why?: Failure;
}

/** The row about an object of a cluster; without a namespace, of one that has none. */
export function resultOf(
	{ context }: Pick<ChangeResult, "context">,
	kind: string,
	{ namespace = "", name = "" }: { namespace?: string; name?: string },
	action: Action,
	why?: Failure,
): ChangeResult {
	const row = { context, namespace, kind, name, action };
	return why === undefined ? row : { ...row, why };
}

/** How many of each. */
export function tally(
	results: readonly ChangeResult[],
): Record<Action, number> {
	const zeros = ACTIONS.map((action) => [action, 0] as const);
	const counts = Object.fromEntries(zeros) as Record<Action, number>;
	for (const { action } of results) counts[action] += 1;
	return counts;
}
