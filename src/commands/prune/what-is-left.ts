import { allOf } from "../../actions/read/all-of.ts";
import {
	INSTALLATION_LABEL,
	installationId,
} from "../../core/in-cluster/installation.ts";
import type { PruneNote } from "../../core/note.ts";
import type { ObjectMeta } from "../../core/objects.ts";
import {
	isByPolicy,
	MANAGED_BY_LABEL,
	MANAGER,
} from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { unlessFailed } from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/**
 * What meshreg still manages in a cluster after a prune, as far as may be seen. `keys` are the pull secrets that the prune looked at.
 */
export async function whatIsLeft(
	cluster: Cluster,
	keys: readonly PullSecret[],
	isGone: (secret: PullSecret) => boolean,
	source: SourceRef,
): Promise<PruneNote[]> {
	const managed = await listed(cluster, "Secret", {
		labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}`,
	});
	const others = managed.filter(
		({ namespace, name }) =>
			!keys.some((key) => key.namespace === namespace && key.name === name),
	);
	const watches = await listed(cluster, "Deployment", {
		labelSelector: `${INSTALLATION_LABEL}=${installationId(source)}`,
	});
	const byPolicy = keys.filter(
		(key) => isSourceLike(key) && isByPolicy(key) && !isGone(key),
	);
	return others.length + watches.length + byPolicy.length === 0
		? []
		: [
				{
					cause: "still-managed",
					secrets: others.length,
					watches: watches.map(({ namespace = "" }) => namespace),
					policies: byPolicy.map(placeOf),
				},
			];
}

/** What a list finds; nothing where it may not be listed: this is said by the way. */
async function listed(
	cluster: Cluster,
	kind: "Secret" | "Deployment",
	query: ListQuery,
): Promise<ObjectMeta[]> {
	const pages = cluster.pages(kind, { ...query, metadataOnly: true });
	return (await unlessFailed(allOf(pages, ({ metadata }) => metadata))) ?? [];
}
