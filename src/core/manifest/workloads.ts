import { itemsAt, type MapNode, type Node, stringAt, valueAt } from "./node.ts";
import type { ManifestDocument } from "./split.ts";

/** An object of a manifest, by itself or in a List. */
export interface ManifestObject {
	readonly node: MapNode;
	readonly kind: string;
	readonly apiVersion: string | undefined;
	/** "" where it has none, as with `generateName`. */
	readonly name: string;
	readonly namespace: string | undefined;
}

/** Lists in lists are rare, and aliases can make them endless. */
const DEEPEST_LIST = 4;

/** The objects of a document, those in a `List` or a `DeploymentList` among them. */
export function* objectsOf(
	node: Node | undefined,
	listed?: { kind: string; apiVersion: string | undefined },
	depth = 0,
): Generator<ManifestObject> {
	if (node?.type !== "map") return;
	const kind = stringAt(node, "kind") ?? listed?.kind ?? "";
	const apiVersion = stringAt(node, "apiVersion") ?? listed?.apiVersion;
	if (!kind.endsWith("List")) {
		const name = stringAt(node, "metadata", "name") ?? "";
		const namespace = stringAt(node, "metadata", "namespace");
		yield { node, kind, apiVersion, name, namespace };
	} else if (depth < DEEPEST_LIST) {
		// The items of a typed list may leave out what its kind says already.
		const item =
			kind === "List"
				? undefined
				: { kind: kind.slice(0, -"List".length), apiVersion };
		for (const each of itemsAt(node, "items"))
			yield* objectsOf(each, item, depth + 1);
	}
}

const TEMPLATE = ["spec", "template", "spec"];
const APPS = ["apps", "extensions"];

/** The kinds that make pods: the API groups that have them ("" is the core group), and where the pod's spec is. */
const WORKLOADS: ReadonlyMap<string, { groups: string[]; podSpec: string[] }> =
	new Map([
		["Pod", { groups: [""], podSpec: ["spec"] }],
		["ReplicationController", { groups: [""], podSpec: TEMPLATE }],
		["Deployment", { groups: APPS, podSpec: TEMPLATE }],
		["StatefulSet", { groups: APPS, podSpec: TEMPLATE }],
		["DaemonSet", { groups: APPS, podSpec: TEMPLATE }],
		["ReplicaSet", { groups: APPS, podSpec: TEMPLATE }],
		["Job", { groups: ["batch"], podSpec: TEMPLATE }],
		[
			"CronJob",
			{ groups: ["batch"], podSpec: ["spec", "jobTemplate", ...TEMPLATE] },
		],
	]);

/**
 * Whether an object makes pods. A kind of another API group (Volcano's Job, say)
 * does not; one without an apiVersion is a patch or a sketch, and its kind has to do.
 */
export function isWorkload({ kind, apiVersion }: ManifestObject): boolean {
	const group = apiVersion?.includes("/") ? apiVersion.split("/", 1)[0] : "";
	return (
		WORKLOADS.get(kind)?.groups.some(
			(known) => apiVersion === undefined || known === group,
		) ?? false
	);
}

/** The pod's spec in a workload; undefined where it has none. */
export function podSpecOf({ kind, node }: ManifestObject): MapNode | undefined {
	const spec = valueAt(node, ...(WORKLOADS.get(kind)?.podSpec ?? []));
	return spec?.type === "map" ? spec : undefined;
}

/** The containers of every sort in a pod's spec. */
export function containersOf(podSpec: MapNode): MapNode[] {
	return ["initContainers", "containers", "ephemeralContainers"]
		.flatMap((list) => itemsAt(podSpec, list))
		.filter((container) => container.type === "map");
}

/**
 * Whether a document has to be parsed: false only where it is YAML whose one
 * `kind:` at the start of a line, plainly written, names something that is
 * neither a list, nor a workload, nor in `further`.
 */
export function mayHold(
	document: ManifestDocument,
	further: readonly string[],
): boolean {
	if (document.form === "json") return true;
	const { text } = document;
	const [mention, ...others] = text.match(/^kind:.*$/gm) ?? [];
	const kind = /^kind:[ \t]+([A-Za-z0-9]+)[ \t]*\r?$/.exec(mention ?? "")?.[1];
	return (
		kind === undefined ||
		others.length > 0 ||
		kind.endsWith("List") ||
		WORKLOADS.has(kind) ||
		further.includes(kind)
	);
}
