import {
	INSTALLATION_LABEL,
	INSTALLED_KINDS,
	installationId,
} from "../../core/in-cluster/installation.ts";
import type { ObjectMeta } from "../../core/objects.ts";
import { resultOf } from "../../core/output/result.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { ApiError, isApiMissing, isNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { Run } from "../apply/deliver.ts";

/** An object of an installation, as it was found. */
export interface Installed {
	readonly kind: (typeof INSTALLED_KINDS)[number];
	readonly metadata: ObjectMeta;
}

/** Every object of the installation for a source, by its label, in the order in which it is taken away. */
export async function findInstalled(
	cluster: Cluster,
	source: SourceRef,
): Promise<Installed[]> {
	const found: Installed[] = [];
	for (const kind of INSTALLED_KINDS)
		try {
			for await (const { items } of cluster.pages(kind, {
				labelSelector: `${INSTALLATION_LABEL}=${installationId(source)}`,
				metadataOnly: true,
			}))
				for (const { metadata } of items) found.push({ kind, metadata });
		} catch (error) {
			// An API server that does not know the kind has none of it.
			if (!isApiMissing(error)) throw error;
		}
	return found;
}

/**
 * Deletes them, one after the other, each only as it was found. Who may write in a namespace can put the label
 * on what is theirs, take it away and make it again: that keeps nothing else from being deleted, but the
 * policies, which limit an account that may still be there. Throws what the cluster throws.
 */
export async function removeInstalled(
	installed: readonly Installed[],
	{ cluster, report, dryRun }: Pick<Run, "cluster" | "report" | "dryRun">,
): Promise<void> {
	let stays: { error: unknown } | undefined;
	for (const { kind, metadata } of installed) {
		if (stays !== undefined && LIMITS.includes(kind)) break;
		const { name = "", namespace, uid } = metadata;
		try {
			if (dryRun !== "client")
				await cluster.remove(
					kind,
					{ name, namespace },
					{ uid },
					{ dryRun: dryRun === "server" },
				);
		} catch (error) {
			if (isNotFound(error)) continue;
			if (!(error instanceof ApiError && error.status === 409)) throw error;
			stays ??= { error };
			continue;
		}
		report.add(resultOf(cluster, kind, metadata, "deleted"));
	}
	if (stays !== undefined) throw stays.error;
}

const LIMITS: readonly Installed["kind"][] = [
	"ValidatingAdmissionPolicyBinding",
	"ValidatingAdmissionPolicy",
];
