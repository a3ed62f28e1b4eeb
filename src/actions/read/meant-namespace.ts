import { isFailure } from "../../core/output/failure.ts";
import { UsageError, unlessFailed } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/** What to end with where a NAME names no source: it is a namespace, and was meant for `-n`; undefined: it is none, or nobody may look. `named`: what `-n` names already. */
export async function meantNamespace(
	name: string | undefined,
	cluster: Cluster,
	named: readonly string[] = [],
): Promise<UsageError | undefined> {
	if (name === undefined || !(await isNamespace(name, cluster)))
		return undefined;
	return new UsageError(
		`"${name}" is a namespace; did you mean -n ${[...named, name].join(",")}?`,
	);
}

/** Finds a source; where there is none, and its NAME is a namespace, throws the UsageError that asks whether that was meant. */
export async function findOrMeant<T>(
	find: Promise<T>,
	name: string | undefined,
	cluster: Cluster,
): Promise<T> {
	try {
		return await find;
	} catch (error) {
		if (!isFailure(error, "source-missing")) throw error;
		throw (await meantNamespace(name, cluster)) ?? error;
	}
}

/** A NAME of which nothing was found, where it is a namespace and `-n` named none. */
export async function meantFor(
	name: string | undefined,
	namespaces: readonly string[],
	cluster: Cluster,
): Promise<string | undefined> {
	if (name === undefined || namespaces.length > 0) return undefined;
	return (await isNamespace(name, cluster)) ? name : undefined;
}

/** Whether there is a namespace of that name, as far as this user may know. */
async function isNamespace(name: string, cluster: Cluster): Promise<boolean> {
	const found = await unlessFailed(cluster.read("Namespace", { name }));
	return found !== undefined;
}
