import type { Draft, KubeObject } from "./objects.ts";

/** One kind of object that the server keeps. */
export interface Resource {
	/** `v1`, or with the API group: `apps/v1`. */
	apiVersion: string;
	plural: string;
	singular: string;
	kind: string;
	shortNames: readonly string[];
	namespaced: boolean;
	/** Fields beside metadata that are kept, in the order in which they are answered; others are dropped. */
	fields: readonly string[];
	/** Those of `fields` that the server decides: writes of the object cannot set them. */
	serverFields: readonly string[];
	/** Field selectors beside metadata.name and metadata.namespace: label → path, and the value where absent. */
	selectable: Readonly<Record<string, readonly [path: string, absent: string]>>;
	/** Whether DELETE answers the object that was deleted, or a Status. */
	answersDeleted: boolean;
	/** Names are DNS labels (at most 63 characters) rather than subdomains (253). */
	nameIsLabel: boolean;
	/** Lists whose elements strategic merge patches and apply tell apart by a key; all others are replaced whole. */
	keyedLists: Readonly<Record<string, string>>;
	/** Defaulting on the way in. */
	fillIn(object: KubeObject, draft: Draft): void;
}

const nothing = () => {};

export const namespaces: Resource = {
	apiVersion: "v1",
	plural: "namespaces",
	singular: "namespace",
	kind: "Namespace",
	shortNames: ["ns"],
	namespaced: false,
	fields: ["spec", "status"],
	serverFields: ["spec", "status"],
	selectable: {
		"status.phase": ["status.phase", ""],
	},
	answersDeleted: true,
	nameIsLabel: true,
	keyedLists: {},
	fillIn(object) {
		object.metadata.labels = {
			...object.metadata.labels,
			"kubernetes.io/metadata.name": object.metadata.name,
		};
		object.spec ??= { finalizers: ["kubernetes"] };
		object.status ??= { phase: "Active" };
	},
};

export const secrets: Resource = {
	apiVersion: "v1",
	plural: "secrets",
	singular: "secret",
	kind: "Secret",
	shortNames: [],
	namespaced: true,
	fields: ["immutable", "data", "type"],
	serverFields: [],
	selectable: { type: ["type", ""] },
	answersDeleted: false,
	nameIsLabel: false,
	keyedLists: {},
	fillIn(object, draft) {
		// stringData is write-only: it is laid over data, and never answered.
		const plain = Object.entries(draft.stringData ?? {});
		if (plain.length > 0)
			object.data = {
				...(object.data as Record<string, string> | undefined),
				...Object.fromEntries(
					plain.map(([key, text]) => [
						key,
						Buffer.from(String(text)).toString("base64"),
					]),
				),
			};
		object.type ||= "Opaque";
	},
};

export const serviceAccounts: Resource = {
	apiVersion: "v1",
	plural: "serviceaccounts",
	singular: "serviceaccount",
	kind: "ServiceAccount",
	shortNames: ["sa"],
	namespaced: true,
	fields: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
	serverFields: [],
	selectable: {},
	answersDeleted: true,
	nameIsLabel: false,
	// imagePullSecrets is atomic in every kind of patch, as the captures show.
	keyedLists: { secrets: "name" },
	fillIn: nothing,
};

export const pods: Resource = {
	apiVersion: "v1",
	plural: "pods",
	singular: "pod",
	kind: "Pod",
	shortNames: ["po"],
	namespaced: true,
	fields: ["spec", "status"],
	serverFields: ["status"],
	selectable: {
		"spec.nodeName": ["spec.nodeName", ""],
		"spec.serviceAccountName": ["spec.serviceAccountName", ""],
		"spec.restartPolicy": ["spec.restartPolicy", ""],
		"status.phase": ["status.phase", ""],
		"status.podIP": ["status.podIP", ""],
	},
	answersDeleted: true,
	nameIsLabel: false,
	keyedLists: {
		"spec.containers": "name",
		"spec.initContainers": "name",
		"spec.ephemeralContainers": "name",
		"spec.imagePullSecrets": "name",
	},
	fillIn(object) {
		object.spec = {
			restartPolicy: "Always",
			serviceAccountName: "default",
			...(object.spec as object | undefined),
		};
		object.status ??= { phase: "Pending" };
	},
};

const involved = (field: string): [string, string] => [
	`involvedObject.${field}`,
	"",
];

export const events: Resource = {
	apiVersion: "v1",
	plural: "events",
	singular: "event",
	kind: "Event",
	shortNames: ["ev"],
	namespaced: true,
	fields: [
		"involvedObject",
		"reason",
		"message",
		"source",
		"firstTimestamp",
		"lastTimestamp",
		"count",
		"type",
		"eventTime",
		"series",
		"action",
		"related",
		"reportingComponent",
		"reportingInstance",
	],
	serverFields: [],
	selectable: {
		"involvedObject.kind": involved("kind"),
		"involvedObject.namespace": involved("namespace"),
		"involvedObject.name": involved("name"),
		"involvedObject.uid": involved("uid"),
		"involvedObject.apiVersion": involved("apiVersion"),
		"involvedObject.fieldPath": involved("fieldPath"),
		reason: ["reason", ""],
		reportingComponent: ["reportingComponent", ""],
		source: ["source.component", ""],
		type: ["type", ""],
	},
	answersDeleted: false,
	nameIsLabel: false,
	keyedLists: {},
	fillIn: nothing,
};

/** A kind that is stored as it is sent: nothing is checked, filled in or made of it. */
function plain(
	apiVersion: string,
	kind: string,
	plural: string,
	fields: readonly string[],
	namespaced = false,
): Resource {
	return {
		apiVersion,
		plural,
		singular: kind.toLowerCase(),
		kind,
		shortNames: [],
		namespaced,
		fields,
		serverFields: [],
		selectable: {},
		answersDeleted: false,
		nameIsLabel: false,
		keyedLists: {},
		fillIn: nothing,
	};
}

const ADMISSION = "admissionregistration.k8s.io/v1";
const RBAC = "rbac.authorization.k8s.io/v1";

/** Everything that is kept, by the name in the URL. */
export const resources: ReadonlyMap<string, Resource> = new Map(
	[
		namespaces,
		secrets,
		serviceAccounts,
		pods,
		events,
		plain(ADMISSION, "MutatingAdmissionPolicy", "mutatingadmissionpolicies", [
			"spec",
		]),
		plain(
			ADMISSION,
			"MutatingAdmissionPolicyBinding",
			"mutatingadmissionpolicybindings",
			["spec"],
		),
		plain(
			ADMISSION,
			"ValidatingAdmissionPolicy",
			"validatingadmissionpolicies",
			["spec"],
		),
		plain(
			ADMISSION,
			"ValidatingAdmissionPolicyBinding",
			"validatingadmissionpolicybindings",
			["spec"],
		),
		plain(RBAC, "ClusterRole", "clusterroles", ["rules"]),
		plain(RBAC, "ClusterRoleBinding", "clusterrolebindings", [
			"subjects",
			"roleRef",
		]),
		plain(RBAC, "Role", "roles", ["rules"], true),
		plain(RBAC, "RoleBinding", "rolebindings", ["subjects", "roleRef"], true),
		plain("v1", "Node", "nodes", ["spec", "status"]),
		plain("apps/v1", "Deployment", "deployments", ["spec"], true),
		plain("apps/v1", "DaemonSet", "daemonsets", ["spec"], true),
		plain("apps/v1", "StatefulSet", "statefulsets", ["spec"], true),
		plain(
			"gateway.networking.k8s.io/v1",
			"Gateway",
			"gateways",
			["spec"],
			true,
		),
	].map((resource) => [resource.plural, resource]),
);

/** "" for the core group. */
export function groupOf({ apiVersion }: Resource): string {
	return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** `secrets`, `deployments.apps`: as refusals name it. */
export function qualified(resource: Resource): string {
	const group = groupOf(resource);
	return group === "" ? resource.plural : `${resource.plural}.${group}`;
}

/** `/api/v1`, `/apis/apps/v1`. */
export function rootOf({ apiVersion }: Resource): string {
	return apiVersion.includes("/")
		? `/apis/${apiVersion}`
		: `/api/${apiVersion}`;
}

/** The resource of a kind. Throws for a kind that the server does not keep. */
export function resourceOfKind(kind: string): Resource {
	for (const resource of resources.values())
		if (resource.kind === kind) return resource;
	throw new Error(`the API server keeps no ${kind}`);
}
