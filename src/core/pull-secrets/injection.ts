import type { ObjectMeta } from "../objects.ts";

/** Meshes that can be told by a Namespace to inject their sidecar into its pods. */
export type InjectingMesh = "nginx" | "istio" | "linkerd" | "kuma";

/** What of a Namespace says so. */
type Marks = {
	readonly [On in "labels" | "annotations"]?:
		| Readonly<NonNullable<ObjectMeta[On]>>
		| undefined;
};

/** What stands on a Namespace whose pods a mesh injects. */
const RULES: Readonly<Record<InjectingMesh, (on: Marks) => boolean>> = {
	nginx: ({ labels }) =>
		labels?.["injector.nsm.nginx.com/auto-inject"] === "enabled",
	// A revision is heeded only where the older label is absent, whatever that one says.
	istio: ({ labels = {} }) =>
		"istio-injection" in labels
			? labels["istio-injection"] === "enabled"
			: "istio.io/rev" in labels,
	linkerd: ({ annotations }) =>
		["enabled", "ingress"].includes(annotations?.["linkerd.io/inject"] ?? ""),
	kuma: ({ labels }) =>
		["enabled", "true"].includes(labels?.["kuma.io/sidecar-injection"] ?? ""),
};

/** Whether a text names such a mesh. */
export function isInjectingMesh(name: string): name is InjectingMesh {
	return Object.hasOwn(RULES, name);
}

/** Whether a Namespace's own labels or annotations ask a mesh for sidecars. */
export function isInjected(mesh: InjectingMesh, namespace: Marks): boolean {
	return RULES[mesh](namespace);
}
