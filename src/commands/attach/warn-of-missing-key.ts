import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { syncing } from "../../core/pull-secrets/fixes.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** Up to so many namespaces are asked one by one, as a Role there allows; beyond, nothing is said. */
const ASKED = 20;

/**
 * Says where these accounts now name a pull secret that is not in their namespace: kubelets
 * skip such a name, so a mistyped one would only be noticed when a pod cannot pull. Where
 * Secrets may not be read, it says nothing.
 */
export async function warnOfMissingKey(
	cluster: Cluster,
	accounts: readonly ServiceAccount[],
	name: string,
	world: Pick<World, "emit">,
): Promise<void> {
	const namespaces = [
		...new Set(accounts.map(({ metadata }) => metadata.namespace ?? "")),
	];
	if (namespaces.length > ASKED) return;
	const missing: string[] = [];
	await inParallel(namespaces, AT_ONCE, async (namespace) => {
		try {
			await cluster.read("Secret", { namespace, name });
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (error.status === 404) missing.push(namespace);
		}
	});
	missing.sort();
	if (missing.length === 0) return;
	world.emit({
		type: "warning",
		note: {
			cause: "secret-missing",
			name,
			namespaces: missing,
			script: syncing(name, missing),
		},
	});
}
