import type { ObjectMeta } from "../objects.ts";
import { MANAGED_BY_LABEL, MANAGER } from "./ownership.ts";

/**
 * Who else keeps an object as it is and would undo, or be undone by, what is written to it: the kind
 * of an owner, the value of its managed-by label, or a tool by its marks. Free text; undefined:
 * nobody that is known.
 */
export function managerOf({
	labels = {},
	annotations = {},
	ownerReferences = [],
}: ObjectMeta): string | undefined {
	const owner =
		ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0];
	if (owner !== undefined) return owner.kind;
	const managedBy = labels[MANAGED_BY_LABEL];
	if (managedBy !== undefined && managedBy !== MANAGER) return managedBy;
	return MARKS.find(([on, key]) =>
		on === "label" ? key in labels : key in annotations,
	)?.[2];
}

/** By what each tool knows its own. */
const MARKS: readonly (readonly [
	on: "label" | "annotation",
	key: string,
	tool: string,
])[] = [
	["annotation", "meta.helm.sh/release-name", "Helm"],
	// https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
	["annotation", "argocd.argoproj.io/tracking-id", "Argo CD"],
	["label", "argocd.argoproj.io/instance", "Argo CD"],
	["label", "app.kubernetes.io/instance", "Argo CD or Helm"],
	// https://fluxcd.io/flux/components/kustomize/kustomizations/
	["label", "kustomize.toolkit.fluxcd.io/name", "Flux"],
	["label", "helm.toolkit.fluxcd.io/name", "Flux"],
];

/**
 * kubectl's commands that a person runs once: what they wrote stays as it is until somebody else
 * writes. `kubectl apply` is none of them, for a pipeline may run it again.
 */
const ONCE = /^kubectl-(?:annotate|create|edit|label|patch|replace)$/;

/**
 * The field manager that keeps an annotation, so that what we write there would not last; undefined
 * where it is ourselves, or nobody that names itself.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function keeperOf(
	{ managedFields = [] }: ObjectMeta,
	annotation: string,
): string | undefined {
	for (const entry of managedFields) {
		const manager = textIn(entry, "manager");
		const isOurs = manager === MANAGER || manager === "";
		if (isOurs || ONCE.test(manager)) continue;
		const annotations = [
			"fieldsV1",
			"f:metadata",
			"f:annotations",
		].reduce<unknown>(memberOf, entry);
		if (memberOf(annotations, `f:${annotation}`) !== undefined) return manager;
	}
	return undefined;
}

function textIn(object: unknown, key: string): string {
	const value = memberOf(object, key);
	return typeof value === "string" ? value : "";
}

function memberOf(object: unknown, key: string): unknown {
	return typeof object === "object" && object !== null
		? Reflect.get(object, key)
		: undefined;
}
