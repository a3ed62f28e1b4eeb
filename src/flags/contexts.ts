import { type Flag, type Given, listFlag } from "../core/command-line/flag.ts";
import { UsageError } from "../errors.ts";

/** Which contexts, of which kubeconfig (undefined: kubectl's). */
export interface ContextChoice {
	/** Names or globs. */
	readonly patterns: readonly string[];
	readonly kubeconfig: string | undefined;
}

export const CONTEXTS_FLAG: Flag = listFlag(
	"contexts",
	"Work in these contexts of the kubeconfig at once, each with its own result: names or globs, separated by commas.",
	{
		commas: true,
		values: "context",
		group: "Target",
		conflicts: ["context", "cluster", "server"],
	},
);

/** `--contexts`; undefined where it is not given. Throws UsageError, also for an empty one. */
export function contextsOf(given: Given): ContextChoice | undefined {
	if (!given.has("contexts")) return undefined;
	const patterns = given.list("contexts").map((pattern) => pattern.trim());
	if (patterns.some((pattern) => pattern === ""))
		throw new UsageError(
			"--contexts: a context is empty; is a variable unset?",
		);
	return { patterns, kubeconfig: given.text("kubeconfig") };
}
