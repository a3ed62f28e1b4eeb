import { FailureError } from "../../core/output/failure.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import type { Cluster, World } from "../../world.ts";
import { lookUpNamespaces } from "../read/read-namespaces.ts";

/** Namespaces by name, as they were when a person was asked about them. */
export type SeenNamespaces = ReadonlyMap<string, NamespaceKnowledge>;

/** Looks at the Namespaces that a question is about, before it is asked. Throws what the cluster throws. */
export async function seeNamespaces(
	names: readonly string[],
	cluster: Cluster,
): Promise<SeenNamespaces> {
	return (await lookUpNamespaces(cluster, [...new Set(names)])).known;
}

/**
 * Looks again, after the answer and before anything is written: a yes was said about the Namespaces
 * that were there, and whoever made another of that name meanwhile may be somebody else. The API has
 * no precondition on a Namespace's uid for what is created in it; what is changed or deleted has one
 * of its own. Throws FailureError where one is another; where it may not be read, its name is trusted.
 */
export async function refuseReplaced(
	seen: SeenNamespaces,
	cluster: Cluster,
): Promise<void> {
	const now = await seeNamespaces([...seen.keys()], cluster);
	const replaced = [...seen].flatMap(([name, before]) =>
		isAnother(before, now.get(name)) ? [name] : [],
	);
	if (replaced.length > 0)
		throw new FailureError({
			cause: "namespace-replaced",
			namespaces: replaced.toSorted(),
		});
}

/** Asks whether namespaces are to get something; no unless a person says yes. Throws FailureError where one is another by then. */
export async function agreedFor(
	namespaces: readonly string[],
	message: string,
	{ cluster, world }: { readonly cluster: Cluster; readonly world: World },
): Promise<boolean> {
	const seen = await seeNamespaces(namespaces, cluster);
	const prompter = await world.prompter();
	const agreed = await prompter.confirm({ message, default: false });
	if (agreed) await refuseReplaced(seen, cluster);
	return agreed;
}

function isAnother(
	before: NamespaceKnowledge,
	now: NamespaceKnowledge | undefined,
): boolean {
	if (typeof now !== "object" || before === "unknown") return false;
	return before === "gone" || before.uid !== now.uid;
}
