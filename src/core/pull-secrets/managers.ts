import { fieldOf, textIn } from "../json-object.ts";
import { LITTLE } from "../kept.ts";
import { timeOf } from "../object-times.ts";
import type { ObjectMeta } from "../objects.ts";
import { startOf } from "../output/printable.ts";
import { isObjectName } from "../output/shell.ts";
import { ownValue } from "../own-value.ts";
import { MANAGED_BY_LABEL, MANAGER } from "./ownership.ts";

/**
 * Who else keeps an object as it is, and would undo, or be undone by, what is written to it. What owner references and
 * annotations say is free text, and stands in sentences that say what to do: only names that the API server would take.
 */
export type Manager =
	/**
	 * An object that owns it: an ExternalSecret, a SealedSecret; without a name, one that cannot be what is said.
	 * `controls`: as its controller, which writes it.
	 */
	| {
			readonly by: "owner";
			readonly kind: string;
			readonly name: string;
			readonly controls?: true;
	  }
	/** A tool that marks what it applies; `name` is its own, or what its label says. */
	| { readonly by: "tool"; readonly name: string }
	/** OpenShift's own pull secret of a service account; "" where none is named. */
	| { readonly by: "openshift"; readonly account: string };

/** The domains of the labels and annotations that tools put on what they apply. */
const MARKS: readonly { readonly domain: string; readonly tool: string }[] = [
	{ domain: "meta.helm.sh", tool: "Helm" },
	// https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
	{ domain: "argocd.argoproj.io", tool: "Argo CD" },
	// https://fluxcd.io/flux/components/kustomize/kustomizations/
	{ domain: "kustomize.toolkit.fluxcd.io", tool: "Flux" },
	{ domain: "helm.toolkit.fluxcd.io", tool: "Flux" },
	{ domain: "reconcile.external-secrets.io", tool: "External Secrets" },
	{ domain: "sealedsecrets.bitnami.com", tool: "Sealed Secrets" },
	{ domain: "replicator.v1.mittwald.de", tool: "Kubernetes Replicator" },
	{ domain: "reflector.v1.k8s.emberstack.com", tool: "Reflector" },
	// https://github.com/zakkg3/ClusterSecret/blob/master/src/consts.py
	{ domain: "clustersecret.io", tool: "ClusterSecret" },
];

/** By which Argo CD before 3.0 knows its own, and charts name their release. */
const INSTANCE_LABEL = "app.kubernetes.io/instance";

/** Who manages an object, by owner references and by what tools mark theirs with; undefined: nobody that is known. */
export function managerOf({
	labels = {},
	annotations = {},
	ownerReferences = [],
}: ObjectMeta): Manager | undefined {
	const account = annotations["kubernetes.io/service-account.name"];
	const domains = new Set<string>();
	for (const marked of [labels, annotations])
		for (const key in marked) {
			const end = key.indexOf("/");
			if (end !== -1) domains.add(key.slice(0, end));
		}
	if (account !== undefined || domains.has("openshift.io"))
		return {
			by: "openshift",
			account: account !== undefined && isObjectName(account) ? account : "",
		};
	const owner =
		ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0];
	if (owner !== undefined)
		return {
			by: "owner",
			...(/^[A-Za-z][A-Za-z0-9]{0,62}$/.test(owner.kind) &&
			isObjectName(owner.name)
				? { kind: owner.kind, name: owner.name }
				: { kind: "another object", name: "" }),
			...(owner.controller && { controls: true }),
		};
	const mark = MARKS.find(({ domain }) => domains.has(domain));
	if (mark !== undefined) return { by: "tool", name: mark.tool };
	const { [MANAGED_BY_LABEL]: managedBy = "", [INSTANCE_LABEL]: instance } =
		labels;
	if (managedBy !== "" && managedBy !== MANAGER)
		return { by: "tool", name: managedBy };
	return instance === undefined
		? undefined
		: { by: "tool", name: "Argo CD or Helm" };
}

/** As much of a text as a name may have, or `longest`, what is longer ending in `…`: kept for weeks, a megabyte is not. */
export function beginning(text: string, longest = 253): string {
	return text.length <= longest ? text : `${startOf(text, longest - 1)}…`;
}

/** Of a label's or an annotation's value as much is kept as names a source, `NAMESPACE/NAME`. */
const LONGEST_REF = 63 + 1 + 253;

/** Labels or annotations as they are, or where they are more than a little, those of these names, cut short. */
export function littleOf(
	map: Readonly<Record<string, string>>,
	names: readonly string[],
): Readonly<Record<string, string>> {
	if (sizeOf(map) <= LITTLE) return map;
	return Object.fromEntries(
		names.flatMap((wanted) => {
			const value = ownValue(map, wanted);
			return value === undefined
				? []
				: [[wanted, beginning(value, LONGEST_REF)]];
		}),
	);
}

/** Characters of labels or annotations. */
export function sizeOf(map: Readonly<Record<string, string>>): number {
	let size = 0;
	for (const name in map) size += name.length + (map[name]?.length ?? 0);
	return size;
}

/** Whether another object's controller writes an object, which then undoes what anybody else does to it. */
export function isControlled({
	manager,
}: {
	readonly manager?: Manager;
}): boolean {
	return manager?.by === "owner" && manager.controls === true;
}

/** A manager in a word or two, for messages. */
export function managerName(manager: Manager): string {
	switch (manager.by) {
		case "owner":
			return manager.kind;
		case "tool":
			return manager.name;
		case "openshift":
			return "OpenShift";
	}
}

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
		if (["", MANAGER].includes(manager) || ONCE.test(manager)) continue;
		const annotations = [
			"fieldsV1",
			"f:metadata",
			"f:annotations",
		].reduce<unknown>(fieldOf, entry);
		if (fieldOf(annotations, `f:${annotation}`) !== undefined) return manager;
	}
	return undefined;
}

/**
 * The field manager, other than this program, that wrote an object last; undefined where its managed fields name
 * none since our own last write: what only takes something away leaves none. Times are whole seconds.
 */
export function lastWriterOf({
	managedFields = [],
}: ObjectMeta): string | undefined {
	const writers = managedFields
		.map((entry) => ({
			manager: beginning(textIn(entry, "manager")),
			at: timeOf(textIn(entry, "time")) ?? -Infinity,
		}))
		.toSorted((one, other) => other.at - one.at);
	const last = writers.find(({ manager }) => !["", MANAGER].includes(manager));
	return last !== undefined && last.at === writers[0]?.at
		? last.manager
		: undefined;
}
