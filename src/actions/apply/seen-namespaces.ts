import { FailureError } from "../../core/output/failure.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { AT_ONCE, inParallel } from "../in-parallel.ts";
import { listNamespaces, readNamespace } from "../read/read-namespaces.ts";

/** Namespaces by name, as they were when a person was asked about them. */
export type SeenNamespaces = ReadonlyMap<string, NamespaceKnowledge>;

/** Up to so many are read one by one; beyond, one list of all is cheaper. */
const READ_SINGLY = 20;

/** Looks at the Namespaces that a question is about, before it is asked. Throws what the cluster throws. */
export async function seeNamespaces(
	names: readonly string[],
	cluster: Cluster,
): Promise<SeenNamespaces> {
	const unique = [...new Set(names)];
	if (unique.length <= READ_SINGLY)
		return new Map(
			await inParallel(
				unique,
				AT_ONCE,
				async (name) => [name, await readNamespace(cluster, name)] as const,
			),
		);
	try {
		const all = new Map(
			(await listNamespaces(cluster)).map((facts) => [facts.name, facts]),
		);
		return new Map(unique.map((name) => [name, all.get(name) ?? "gone"]));
	} catch (error) {
		if (!(error instanceof ApiError) || error.status !== 403) throw error;
		return new Map(unique.map((name) => [name, "unknown"]));
	}
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
		isAnother(before, now.get(name) ?? "unknown") ? [name] : [],
	);
	if (replaced.length > 0)
		throw new FailureError({
			cause: "namespace-replaced",
			namespaces: replaced.toSorted(),
		});
}

function isAnother(
	before: NamespaceKnowledge,
	now: NamespaceKnowledge,
): boolean {
	if (typeof now !== "object" || before === "unknown") return false;
	return before === "gone" || before.uid !== now.uid;
}
