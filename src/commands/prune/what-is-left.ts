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
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import { unlessFailed } from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import type { PruneRun } from "./forget-namespaces.ts";

/**
 * What meshreg still manages in a cluster after a prune of all namespaces, which may be taken for the end of
 * it, as far as may be seen. `found`: what the prune looked at.
 */
export async function whatIsLeft(
	found: readonly PullSecret[],
	isGone: (secret: PullSecret) => boolean,
	{ cluster, ...how }: PruneRun,
): Promise<PruneNote[]> {
	if (how.namespaces.length > 0 || how.orphaned || how.dryRun !== "none")
		return [];
	const source = { namespace: how.sourceNamespace, name: how.name ?? "" };
	const managed = await listed(cluster, "Secret", {
		labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}`,
	});
	const known = new Set(found.map(sourceRef));
	const others = managed.filter(
		({ namespace = "", name = "" }) =>
			!known.has(sourceRef({ namespace, name })),
	);
	const installed = await listed(cluster, "Deployment", {
		labelSelector: INSTALLATION_LABEL,
	});
	const watches = installed
		.flatMap((deployment) => watchedBy(deployment, source) ?? [])
		.filter(({ name }) => how.name === undefined || name === source.name);
	const byPolicy = found.filter(
		(key) => isSourceLike(key) && isByPolicy(key) && !isGone(key),
	);
	if (others.length + watches.length + byPolicy.length === 0) return [];
	const note = {
		cause: "still-managed",
		secrets: others.length,
		watches: watches.map(sourceRef),
		policies: byPolicy.map(sourceRef),
	} as const;
	return [note];
}

/** Whose installation it is: a label that says something else is somebody's own. */
function watchedBy(
	{ namespace = "", name = "", labels }: ObjectMeta,
	source: SourceRef,
): SourceRef | undefined {
	return [source, { namespace, name: name.replace(/^meshreg-/, "") }].find(
		(of) =>
			of.namespace === namespace &&
			installationId(of) === labels?.[INSTALLATION_LABEL],
	);
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
