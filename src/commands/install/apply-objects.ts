import type { ChangeReport } from "../../actions/apply/change-report.ts";
import { warn } from "../../actions/tell.ts";
import type { InstalledObject } from "../../core/in-cluster/installation.ts";
import { type DryRun, resultOf } from "../../core/output/result.ts";
import { isApiMissing, isNotFound } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** How objects are applied. */
interface ApplyOptions {
	readonly cluster: Cluster;
	readonly dryRun: DryRun;
	readonly report: ChangeReport;
	readonly world: Pick<World, "emit">;
}

/**
 * Applies one object after the other, each by server-side apply. The first that is refused ends it:
 * what comes later would give rights that what was refused was to limit. Only an API server without
 * ValidatingAdmissionPolicy goes on, with a warning. Throws what the cluster throws.
 */
export async function applyObjects(
	objects: readonly InstalledObject[],
	how: ApplyOptions,
): Promise<void> {
	let unlimited = false;
	for (const object of objects)
		try {
			await applyOne(object, how);
		} catch (error) {
			const isPolicy = object.kind.startsWith("ValidatingAdmissionPolicy");
			if (!isPolicy || !isApiMissing(error)) throw error;
			if (!unlimited) warn(how.world, { cause: "account-unlimited" });
			unlimited = true;
		}
}

async function applyOne(
	object: InstalledObject,
	{ cluster, dryRun, report }: ApplyOptions,
): Promise<void> {
	const { kind, metadata } = object;
	const { name = "", namespace } = metadata;
	const ref = namespace === undefined ? { name } : { namespace, name };
	const before = await cluster.read(kind, ref).catch((error: unknown) => {
		if (isNotFound(error) && !isApiMissing(error)) return undefined;
		throw error;
	});
	// What a namespace says otherwise is nobody's business here.
	const isThere = kind === "Namespace" && before !== undefined;
	const after =
		dryRun === "client" || isThere
			? before
			: await cluster.apply(kind, object, { dryRun: dryRun === "server" });
	const unchanged =
		(dryRun !== "client" || isThere) &&
		before?.metadata.resourceVersion === after?.metadata.resourceVersion;
	const action =
		before === undefined ? "created" : unchanged ? "unchanged" : "configured";
	report.add(resultOf(cluster, kind, ref, action));
}
