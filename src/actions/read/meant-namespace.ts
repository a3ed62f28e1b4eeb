import { UsageError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";

/** What to end with where a NAME names no source: it is a namespace, and was meant for `-n`; undefined: it is none, or nobody may look. `named`: what `-n` names already. */
export async function meantNamespace(
	name: string | undefined,
	cluster: Cluster,
	named: readonly string[] = [],
): Promise<UsageError | undefined> {
	if (name === undefined) return undefined;
	try {
		await cluster.read("Namespace", { name });
	} catch {
		return undefined;
	}
	return new UsageError(
		`"${name}" is a namespace; did you mean -n ${[...named, name].join(",")}?`,
	);
}
