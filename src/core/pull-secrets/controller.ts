import type { ObjectMeta } from "../objects.ts";
import { MANAGED_BY_LABEL, MANAGER } from "./ownership.ts";

/** What writes an object again, so that what a hand or this program writes into it is lost. */
export type Controller =
	/** An object that owns it: an ExternalSecret, a SealedSecret. Kind and name are free text. */
	| { readonly by: "owner"; readonly kind: string; readonly name: string }
	/** A tool that marks what it applies; `name` is its own, or the label's free text. */
	| { readonly by: "tool"; readonly name: string }
	/** OpenShift's own pull secret of a service account. */
	| { readonly by: "openshift"; readonly account: string };

/** Labels and annotations that tools put on what they apply. */
const MARKS: readonly (readonly [prefix: string, tool: string])[] = [
	["meta.helm.sh/", "Helm"],
	["argocd.argoproj.io/", "Argo CD"],
	["kustomize.toolkit.fluxcd.io/", "Flux"],
	["helm.toolkit.fluxcd.io/", "Flux"],
	["reconcile.external-secrets.io/", "External Secrets"],
	["sealedsecrets.bitnami.com/", "Sealed Secrets"],
	["replicator.v1.mittwald.de/", "Kubernetes Replicator"],
	["reflector.v1.k8s.emberstack.com/", "Reflector"],
];

/** Who controls an object, by owner references and by what tools mark theirs with; undefined: nobody that is known. */
export function controllerOf({
	labels = {},
	annotations = {},
	ownerReferences = [],
}: ObjectMeta): Controller | undefined {
	const account = annotations["kubernetes.io/service-account.name"];
	const keys = [...Object.keys(labels), ...Object.keys(annotations)];
	if (
		account !== undefined ||
		keys.some((key) => key.startsWith("openshift.io/"))
	)
		return { by: "openshift", account: account ?? "" };
	const owner =
		ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0];
	if (owner !== undefined)
		return { by: "owner", kind: owner.kind, name: owner.name };
	const mark = MARKS.find(([prefix]) =>
		keys.some((key) => key.startsWith(prefix)),
	);
	if (mark !== undefined) return { by: "tool", name: mark[1] };
	const manager = labels[MANAGED_BY_LABEL];
	return manager === undefined || manager === "" || manager === MANAGER
		? undefined
		: { by: "tool", name: manager };
}
