import {
	itemsAt,
	type MapNode,
	mergedMaps,
	type Node,
	stringAt,
	valueAt,
} from "./node.ts";
import type { ManifestSubject } from "./note.ts";

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

/** The objects of a document, those in a `List` or a `DeploymentList` among them; what aliases repeat, once. */
export function* objectsOf(
	node: Node | undefined,
	listed?: { kind: string; apiVersion: string | undefined },
	depth = 0,
	seen = new Set<number>(),
): Generator<ManifestObject> {
	if (node?.type !== "map" || seen.has(node.start)) return;
	seen.add(node.start);
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
			yield* objectsOf(each, item, depth + 1, seen);
	}
}

const TEMPLATE = ["spec", "template", "spec"];
const APPS = ["apps", "extensions"];

/** The kinds of Kubernetes that make pods: their API groups ("" is the core group), and where the pod's spec is. */
const WORKLOADS: ReadonlyMap<string, { groups: string[]; podSpec: string[] }> =
	new Map([
		["Pod", { groups: [""], podSpec: ["spec"] }],
		["PodTemplate", { groups: [""], podSpec: ["template", "spec"] }],
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

/** A pod's spec in an object. */
export interface PodTemplate {
	readonly podSpec: MapNode;
	/** Where it stands: `spec.template.spec`. */
	readonly path: string;
	/** The maps around it in which a pod's fields have no effect, outermost first; "" is the object itself. */
	readonly around: readonly { readonly node: MapNode; readonly path: string }[];
	/** The object's kind is unknown, and what stands there has a pod template's fields. */
	readonly byShape: boolean;
}

/**
 * The pods' specs of an object. Of a kind that Kubernetes has, the one at its place;
 * of another, whatever has a pod template's fields; "missing" where one should be and is not.
 * A kind of another API group is another kind; one without an apiVersion is a patch or
 * a sketch, and its kind has to do.
 */
export function podTemplatesOf(
	object: ManifestObject,
): readonly PodTemplate[] | "missing" {
	const { kind, node } = object;
	const group = groupOf(object);
	const known = WORKLOADS.get(kind);
	if (
		known === undefined ||
		!(group === undefined || known.groups.includes(group))
	)
		return mayHoldTemplates(object) ? templatesIn(node) : [];
	const around: { node: MapNode; path: string }[] = [];
	let at: Node | undefined = node;
	for (const [depth, key] of known.podSpec.entries()) {
		if (at?.type === "map")
			around.push({ node: at, path: known.podSpec.slice(0, depth).join(".") });
		at = valueAt(at, key);
	}
	if (at?.type !== "map") return "missing";
	const path = known.podSpec.join(".");
	return [{ podSpec: at, path, around, byShape: false }];
}

function groupOf({ apiVersion }: ManifestObject): string | undefined {
	if (apiVersion === undefined) return undefined;
	return apiVersion.includes("/") ? apiVersion.split("/", 1)[0] : "";
}

/** API groups whose objects hold pod templates that are patterns, patches or schemas, not pods to be. */
const NO_PODS =
	/(?:^|\.)(?:kyverno\.io|gatekeeper\.sh|apiextensions\.k8s\.io|admissionregistration\.k8s\.io|kustomize\.toolkit\.fluxcd\.io|helm\.toolkit\.fluxcd\.io|kustomize\.config\.k8s\.io)$/;

function mayHoldTemplates(object: ManifestObject): boolean {
	const group = groupOf(object);
	return group !== "" && !(group !== undefined && NO_PODS.test(group));
}

/** Deeper than any custom resource has its templates. */
const DEEPEST_TEMPLATE = 12;

function templatesIn(root: MapNode): PodTemplate[] {
	const found: PodTemplate[] = [];
	const seen = new Set<number>();
	const visit = (node: Node, path: readonly string[]): void => {
		if (path.length > DEEPEST_TEMPLATE) return;
		if (node.type === "list") {
			for (const [at, item] of node.items.entries())
				visit(item, [...path.slice(0, -1), `${path.at(-1) ?? ""}[${at}]`]);
			return;
		}
		if (node.type !== "map") return;
		const podSpec = valueAt(node, "spec");
		if (
			/template$/i.test(path.at(-1) ?? "") &&
			podSpec?.type === "map" &&
			looksLikePodSpec(podSpec)
		) {
			const around = [{ node, path: path.join(".") }];
			found.push({
				podSpec,
				path: [...path, "spec"].join("."),
				around,
				byShape: true,
			});
			return;
		}
		if (seen.has(node.start)) return;
		seen.add(node.start);
		const entries = [node, ...mergedMaps(node)].flatMap((each) => each.entries);
		// Of a repeated key the last one counts.
		const values = new Map(entries.map(({ key, value }) => [key, value]));
		for (const [key, value] of values) visit(value, [...path, key]);
	};
	visit(root, []);
	return found;
}

/** Where custom resources keep containers: Argo's Workflow, Tekton's Task, KServe's InferenceService, Prometheus. */
const OF_CONTAINERS =
	/^(?:init|ephemeral)?containers?$|^(?:steps|sidecars|script)$/i;

/** Whether an object of an unknown kind has containers that make pods in a way that only its controller knows. */
export function hasContainersOfItsOwn(object: ManifestObject): boolean {
	if (object.kind === "" || !mayHoldTemplates(object)) return false;
	const isContainer = (node: Node): boolean => {
		const image = node.type === "map" ? stringAt(node, "image") : undefined;
		const name = stringAt(node, "name");
		return (
			image !== undefined &&
			/^[^*?|\s]+$/.test(image) &&
			(name === undefined || /^[a-z0-9-]+$/.test(name))
		);
	};
	const visit = (node: Node, key: string, depth: number): boolean => {
		if (depth > DEEPEST_TEMPLATE) return false;
		if (OF_CONTAINERS.test(key) && isContainer(node)) return true;
		if (node.type === "list")
			return node.items.some((item) => visit(item, key, depth + 1));
		return (
			node.type === "map" &&
			node.entries.some((each) => visit(each.value, each.key, depth + 1))
		);
	};
	return visit(object.node, "", 0);
}

/** Containers with names and images that could run: patterns of policies have `*` and brackets in theirs. */
function looksLikePodSpec(podSpec: MapNode): boolean {
	const containers = itemsAt(podSpec, "containers");
	return (
		containers.length > 0 &&
		containers.every((container) => {
			const name = stringAt(container, "name");
			const image = stringAt(container, "image");
			return (
				(name === undefined || /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) &&
				(image === undefined ? name !== undefined : !/[*?|\s]/.test(image))
			);
		})
	);
}

/** The containers of every sort in a pod's spec. */
export function containersOf(podSpec: MapNode): MapNode[] {
	return ["initContainers", "containers", "ephemeralContainers"]
		.flatMap((list) => itemsAt(podSpec, list))
		.filter((container) => container.type === "map");
}

/** A workload as notes name it. */
export function subjectOf({ kind, name }: ManifestObject): ManifestSubject {
	return { kind, name };
}
