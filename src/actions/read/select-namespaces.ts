import { matchesGlob } from "../../core/pull-secrets/desired.ts";
import { SYSTEM_NAMESPACES } from "../../core/pull-secrets/namespace-facts.ts";
import { UsageError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** Which namespaces a command line means; `ask`: it does not say. */
export type Selection =
	| { readonly by: "names"; readonly names: readonly string[] }
	| { readonly by: "all" }
	| { readonly by: "label"; readonly selector: string }
	/** Those whose pods need the key: all of them here, for neededNamespaces to narrow. */
	| { readonly by: "needed" }
	| { readonly by: "ask" };

/** A namespace to work in. */
export interface Target {
	readonly namespace: string;
	/** It is being deleted: nothing can be created there. Unknown, and false, where namespaces were named. */
	readonly terminating: boolean;
}

/**
 * The namespaces that are meant, sorted, each once. Named ones are not looked up:
 * a Role in them is all that is needed. Throws UsageError where it is to ask and cannot.
 */
export async function selectNamespaces(
	selection: Selection,
	exclude: readonly string[],
	cluster: Cluster,
	world: World,
): Promise<Target[]> {
	if (selection.by === "names")
		return selection.names
			.filter((name) => !matchesGlob(name, exclude))
			.toSorted()
			.map((namespace) => ({ namespace, terminating: false }));
	if (selection.by === "ask" && !world.streams.interactive)
		throw new UsageError(
			"say which namespaces: -n NAMESPACE, -A, -l SELECTOR, --injected or --needed",
			true,
		);

	const targets: Target[] = [];
	const query =
		selection.by === "label" ? { labelSelector: selection.selector } : {};
	for await (const page of cluster.pages("Namespace", {
		...query,
		metadataOnly: true,
	}))
		for (const { metadata } of page.items)
			targets.push({
				namespace: metadata.name ?? "",
				terminating: metadata.deletionTimestamp !== undefined,
			});
	const eligible = targets
		.filter(
			({ namespace }) =>
				!SYSTEM_NAMESPACES.includes(namespace) &&
				!matchesGlob(namespace, exclude),
		)
		.toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1));
	if (selection.by !== "ask" || eligible.length === 0) return eligible;

	const chosen = new Set(
		await (await world.prompter()).pick({
			message: "Which namespaces get a copy?",
			choices: eligible
				.filter((target) => !target.terminating)
				.map(({ namespace }) => ({ value: namespace, label: namespace })),
		}),
	);
	return eligible.filter(({ namespace }) => chosen.has(namespace));
}
