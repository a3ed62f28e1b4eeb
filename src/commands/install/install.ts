import { ChangeReport } from "../../actions/apply/change-report.ts";
import type { Run } from "../../actions/apply/deliver.ts";
import {
	findInstalled,
	removeInstalled,
} from "../../actions/in-cluster/installed.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { nameMeant } from "../../actions/read/find-source.ts";
import { reading, readPullSecret } from "../../actions/read/read-keys.ts";
import { warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import {
	type Installation,
	type InstalledObject,
	isInTheWay,
	manifestsOf,
} from "../../core/in-cluster/installation.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { Place } from "../../core/output/input-failure.ts";
import { resultOf } from "../../core/output/result.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import { attachedAnywhere, recordIn } from "../../core/pull-secrets/record.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import {
	ApiError,
	EXIT,
	isApiMissing,
	isNotFound,
	unlessForbidden,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { InstallOptions } from "./command.ts";

export const run: RunOf<InstallOptions> = async (options, world) => {
	warn(world, ...options.notes);
	return onCluster(world, options.connection, async (cluster) => {
		const { dryRun, output } = options;
		const { source } = options.settings;
		const isPrinted =
			dryRun === "client" && (output === "yaml" || output === "json");
		const installation = installationOf(
			options,
			source.namespace ?? cluster.namespace,
			// What is printed is the same without a cluster.
			isPrinted
				? (source.name ?? source.usual)
				: await nameMeant(source, cluster, world),
		);
		const objects = manifestsOf(installation);
		if (isPrinted)
			return { status: EXIT.done, document: { kind: "objects", objects } };
		const report = new ChangeReport(world, cluster);
		return await report.whatIsDone(async () => {
			await checkNamespaces(objects, installation.source, { cluster, report });
			if (report.failed) return report.finish();
			await checkBindings(objects, cluster);
			await applyObjects(objects, { cluster, dryRun, report, world });
			const idOf = ({
				kind,
				metadata,
			}: Pick<InstalledObject, "kind" | "metadata">) =>
				`${kind} ${metadata.namespace}/${metadata.name}`;
			const wanted = new Set(objects.map(idOf));
			const found = await findInstalled(cluster, installation.source);
			const stale = found.filter((one) => !wanted.has(idOf(one)));
			await removeInstalled(stale, { cluster, dryRun, report });
			await warnOfUnwatched(options, installation.source, cluster, world);
			return report.finish();
		});
	});
};

function installationOf(
	{ settings, yes, ...options }: InstallOptions,
	namespace: string,
	name: string,
): Installation {
	const { healthPort, metricsPort } = options;
	const { selection, attach, prune, force } = settings;
	return {
		...options,
		source: { namespace, name },
		names: selection.by === "names" ? selection.names : undefined,
		attaches: attach.length > 0,
		// Only where nobody has to be asked.
		deletes: prune || (force && yes),
		args: [
			"sync",
			name,
			"--watch=true",
			`--from=${namespace}`,
			...options.args,
			`--health-address=:${healthPort}`,
			...(metricsPort === undefined
				? []
				: [`--metrics-address=:${metricsPort}`]),
			"--output=json",
		],
	};
}

/**
 * Says which accounts and policies, by which pods pull, the watch may not keep: its rights follow from the flags
 * alone. Nothing where this user may not read the source.
 */
async function warnOfUnwatched(
	{ settings: { attach }, policies }: InstallOptions,
	place: SourceRef,
	cluster: Cluster,
	world: World,
): Promise<void> {
	const source = await unlessForbidden(readPullSecret(reading(cluster), place));
	const record = source && recordIn(source);
	if (attach.length === 0 && record && attachedAnywhere(record).size > 0)
		warn(world, { cause: "attaches-unwatched" });
	if (source && isByPolicy(source) && !policies)
		warn(world, { cause: "policies-unwatched" });
}

/**
 * Nothing is written where a namespace is missing, but for the source's, which is made, or takes nothing any more,
 * which is reported. Throws what the cluster throws.
 */
async function checkNamespaces(
	objects: readonly InstalledObject[],
	{ namespace: made }: SourceRef,
	{ cluster, report }: Pick<Run, "cluster" | "report">,
): Promise<void> {
	const placed = new Map(
		objects.map((object) => [object.metadata.namespace, object]),
	);
	for (const [name, { kind, metadata }] of placed) {
		if (name === undefined) continue;
		try {
			const namespace = await cluster.read("Namespace", { name });
			if (namespace.metadata.deletionTimestamp === undefined) continue;
			const why = { cause: "namespace-terminating" } as const;
			report.add(resultOf(cluster, kind, metadata, "failed", why));
		} catch (error) {
			if (name === made && isNotFound(error)) continue;
			throw error;
		}
	}
}

/** Throws FailureError where a binding that others made is in the way of one, before anything is written; what the cluster throws. */
async function checkBindings(
	objects: readonly InstalledObject[],
	cluster: Cluster,
): Promise<void> {
	const bindings: Place[] = [];
	for (const wanted of objects) {
		if (wanted.kind !== "RoleBinding") continue;
		const { namespace = "" } = wanted.metadata;
		const pages = cluster.pages("RoleBinding", { namespace });
		for await (const { items } of pages)
			for (const one of items)
				if (isInTheWay(one, wanted))
					bindings.push({ namespace, name: one.metadata.name ?? "" });
	}
	if (bindings.length > 0)
		throw new FailureError({ cause: "bindings-of-others", bindings });
}

type ApplyOptions = Pick<Run, "cluster" | "dryRun" | "report" | "world">;

/**
 * Applies one object after the other, each by server-side apply. The first that is refused ends it:
 * what comes later would give rights that what was refused was to limit. Only an API server without
 * ValidatingAdmissionPolicy goes on, with a warning. Throws what the cluster throws.
 */
async function applyObjects(
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
	const reading = cluster.read(kind, { namespace, name });
	const before = await reading.catch((error: unknown) => {
		if (isNotFound(error) && !isApiMissing(error)) return undefined;
		throw error;
	});
	// What a namespace says otherwise is nobody's business here.
	const isThere = kind === "Namespace" && before !== undefined;
	const after =
		dryRun === "client" || isThere
			? before
			: await cluster
					.apply(kind, object, { dryRun: dryRun === "server" })
					.catch((error: unknown) => {
						if (!(error instanceof ApiError && error.status === 409))
							throw error;
						const what = { kind, name, namespace, error };
						throw new FailureError({ cause: "edited-by-others", ...what });
					});
	// What is stored has another version where it changed; a dry run at the server leaves the version as it is.
	const unchanged =
		isThere ||
		(dryRun !== "client" && JSON.stringify(before) === JSON.stringify(after));
	const action =
		before === undefined ? "created" : unchanged ? "unchanged" : "configured";
	report.add(resultOf(cluster, kind, metadata, action));
}
