import type { NamespaceFacts } from "./namespace-facts.ts";

/** Meshes that can be told by a Namespace to inject their sidecar into its pods. */
export type InjectingMesh = "nginx" | "istio" | "linkerd" | "kuma";

/** What stands on a Namespace whose pods a mesh injects. */
const RULES: Readonly<
	Record<
		InjectingMesh,
		(on: Pick<NamespaceFacts, "labels" | "annotations">) => boolean
	>
> = {
	nginx: ({ labels }) =>
		labels["injector.nsm.nginx.com/auto-inject"] === "enabled",
	// A revision counts only where the older label is absent:
	// https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
	istio: ({ labels }) =>
		labels["istio-injection"] === "enabled" ||
		(labels["istio-injection"] === undefined &&
			labels["istio.io/rev"] !== undefined),
	// https://linkerd.io/2/features/proxy-injection/
	linkerd: ({ annotations }) =>
		["enabled", "ingress"].includes(annotations["linkerd.io/inject"] ?? ""),
	// https://kuma.io/docs/latest/production/dp-config/dpp-on-kubernetes/
	kuma: ({ labels }) =>
		["enabled", "true"].includes(labels["kuma.io/sidecar-injection"] ?? ""),
};

/** Whether a text names such a mesh. */
export function isInjectingMesh(name: string): name is InjectingMesh {
	return Object.hasOwn(RULES, name);
}

/** Whether a Namespace's own labels or annotations ask a mesh for sidecars. */
export function isInjected(
	mesh: InjectingMesh,
	namespace: Pick<NamespaceFacts, "labels" | "annotations">,
): boolean {
	return RULES[mesh](namespace);
}
