import { MESHES } from "../../core/meshes/meshes.ts";
import type { ObjectOf } from "../../core/objects.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type InjectingMesh,
	isMarked,
} from "../../core/pull-secrets/injection.ts";
import {
	EMPTY_RECORD,
	mergeSelection,
	type RuleEntry,
	type SourceRecord,
} from "../../core/pull-secrets/record.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { listIfAllowed } from "../read/read-namespaces.ts";
import { warn } from "../tell.ts";
import { isRecorded } from "./targets.ts";

/**
 * The namespaces in which a mesh's proxy runs though nothing on the Namespace says so: their pods ask for a sidecar
 * themselves, or a Gateway of one of the mesh's classes runs one. Warns of what may not be listed.
 */
export async function askingNamespaces(
	mesh: InjectingMesh,
	cluster: Pick<Cluster, "pages">,
	world: Pick<World, "emit">,
): Promise<Set<string>> {
	const { injection = {} } = MESHES[mesh];
	const { podLabels = [], podAnnotation, gatewayClasses = [] } = injection;
	const found = new Set<string>();
	const selectors = podAnnotation ? [...podLabels, undefined] : podLabels;
	await unlessHidden("Pod", world, async () => {
		for (const labelSelector of selectors) {
			const query = { metadataOnly: true, labelSelector };
			for await (const { items } of cluster.pages("Pod", query))
				for (const { metadata } of items)
					if (
						labelSelector !== undefined ||
						(podAnnotation && isMarked(metadata, podAnnotation))
					)
						found.add(metadata.namespace ?? "");
		}
	});
	if (gatewayClasses.length > 0)
		await unlessHidden("Gateway", world, async () => {
			for await (const { items } of cluster.pages("Gateway", {}))
				for (const { metadata, spec } of items)
					if (
						gatewayClasses.includes(spec?.gatewayClassName ?? "") &&
						isDeployed(spec)
					)
						found.add(metadata.namespace ?? "");
		});
	return found;
}

/**
 * Whether a mesh makes pods for a Gateway: one with the host name of a Service has those that somebody else made.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#manual-deployment
 */
function isDeployed(spec: ObjectOf["Gateway"]["spec"]): boolean {
	const [first, ...others] = spec?.addresses ?? [];
	return others.length === 0 && (first?.type ?? "IPAddress") === "IPAddress";
}

async function unlessHidden(
	kind: "Pod" | "Gateway",
	world: Pick<World, "emit">,
	list: () => Promise<void>,
): Promise<void> {
	try {
		await list();
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		// The Gateway API is not installed everywhere.
		if (error.status === 404) return;
		if (error.status !== 403) throw error;
		warn(world, { cause: "sidecars-unlisted", kind });
	}
}

/**
 * Warns of namespaces that ask through their pods or Gateways alone and are not recorded, which no watch follows:
 * whoever may create a pod would be given the credential.
 */
export async function warnOfAsking(
	source: SourceRef & { readonly record: SourceRecord | undefined },
	mesh: InjectingMesh,
	entry: RuleEntry,
	cluster: Cluster,
	world: Pick<World, "emit">,
): Promise<void> {
	const found = await askingNamespaces(mesh, cluster, { emit() {} });
	found.delete(source.namespace);
	if (found.size === 0) return;
	const record = mergeSelection(source.record ?? EMPTY_RECORD, {
		...EMPTY_RECORD,
		rules: [entry],
	});
	const known = await listIfAllowed(cluster);
	const unserved = [...found]
		.filter((name) => !isRecorded(record, name, known))
		.sort();
	if (unserved.length === 0) return;
	warn(world, {
		cause: "sidecars-unwatched",
		namespaces: unserved,
		script: Fixes.of(source).sync(unserved),
	});
}
