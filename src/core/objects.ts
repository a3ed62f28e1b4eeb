/**
 * Kubernetes' objects as JSON has them, with the types of @kubernetes/client-node:
 * https://kubernetes.io/docs/reference/kubernetes-api/
 */
import type * as k8s from "@kubernetes/client-node";

/** The same in JSON: times are RFC 3339 text, and keys that stand for nothing are absent. */
type InJson<T> = T extends Date
	? string
	: T extends readonly (infer Item)[]
		? InJson<Item>[]
		: T extends object
			? { [Key in keyof T]: InJson<T[Key]> }
			: T;

/** `managedFields` are whatever their managers wrote. */
export type ObjectMeta = With<
	InJson<k8s.V1ObjectMeta>,
	{ managedFields?: unknown[] }
>;

/** A type in which some fields are of others. */
type With<T, Fields> = Omit<T, keyof Fields> & Fields;

/** An object of a kind: it has metadata, and the other `Fields`. */
type ObjectLike<T, Fields = unknown> = With<
	InJson<T>,
	{ metadata: ObjectMeta } & Fields
>;

export type Namespace = ObjectLike<k8s.V1Namespace>;
/** `data` values are base64, as on the wire. */
export type Secret = ObjectLike<k8s.V1Secret>;
export type ServiceAccount = ObjectLike<k8s.V1ServiceAccount>;
/** Every field of a `spec` may be absent: tests and templates have a part. */
export type Pod = ObjectLike<k8s.V1Pod, { spec?: Partial<PodSpec> }>;
type PodSpec = InJson<k8s.V1PodSpec>;
export type Container = PodSpec["containers"][number];
/** What a kubelet says of one container. */
export type ContainerStatus = NonNullable<
	NonNullable<Pod["status"]>["containerStatuses"]
>[number];
export type CoreEvent = ObjectLike<k8s.CoreV1Event>;
export type Node = ObjectLike<k8s.V1Node>;
/** What makes pods out of a template and keeps them. */
export type Workload = ObjectLike<
	k8s.V1Deployment | k8s.V1DaemonSet | k8s.V1StatefulSet
>;
/** Of gateway.networking.k8s.io/v1. */
interface Gateway {
	readonly apiVersion?: string;
	readonly kind?: string;
	readonly metadata: ObjectMeta;
	readonly spec?: {
		gatewayClassName?: string;
		addresses?: { type?: string }[];
	};
}
/** Of a policy's `matchConstraints` and a binding's `matchResources`. */
export type NamespaceSelector = NonNullable<
	InJson<k8s.V1MatchResources>["namespaceSelector"]
>;
/** About resources: none of ours is about URLs. */
export type PolicyRule = With<
	InJson<k8s.V1PolicyRule>,
	{ apiGroups: string[]; resources: string[] }
>;

/** A kind that this program reads or writes, and its shape. */
export interface ObjectOf {
	readonly Namespace: Namespace;
	readonly Secret: Secret;
	readonly ServiceAccount: ServiceAccount;
	readonly Pod: Pod;
	readonly Event: CoreEvent;
	readonly Node: Node;
	readonly Deployment: Workload;
	readonly DaemonSet: Workload;
	readonly StatefulSet: Workload;
	readonly Gateway: Gateway;
	readonly MutatingAdmissionPolicy: ObjectLike<k8s.V1MutatingAdmissionPolicy>;
	readonly MutatingAdmissionPolicyBinding: ObjectLike<k8s.V1MutatingAdmissionPolicyBinding>;
	readonly ValidatingAdmissionPolicy: ObjectLike<k8s.V1ValidatingAdmissionPolicy>;
	readonly ValidatingAdmissionPolicyBinding: ObjectLike<k8s.V1ValidatingAdmissionPolicyBinding>;
	readonly Role: ObjectLike<k8s.V1Role, { rules?: PolicyRule[] }>;
	readonly RoleBinding: ObjectLike<k8s.V1RoleBinding>;
	readonly ClusterRole: ObjectLike<k8s.V1ClusterRole, { rules?: PolicyRule[] }>;
	readonly ClusterRoleBinding: ObjectLike<k8s.V1ClusterRoleBinding>;
}

export type Kind = keyof ObjectOf;

/** An object of one of these kinds that says which. */
export type Stated<K extends Kind> = {
	readonly [Name in K]: ObjectOf[Name] & { readonly kind: Name };
}[K];

/** Where the API server has a kind. */
interface Resource {
	/** `v1`, or with the API group: `apps/v1`. */
	readonly apiVersion: string;
	/** As in its URL, and in rules of RBAC. */
	readonly plural: string;
	readonly namespaced: boolean;
}

const RBAC = "rbac.authorization.k8s.io/v1";

const resource = (
	apiVersion: string,
	plural: string,
	namespaced = true,
): Resource => ({ apiVersion, plural, namespaced });

const admission = (plural: string): Resource =>
	resource("admissionregistration.k8s.io/v1", plural, false);

export const RESOURCES: Readonly<Record<Kind, Resource>> = {
	Namespace: resource("v1", "namespaces", false),
	Secret: resource("v1", "secrets"),
	ServiceAccount: resource("v1", "serviceaccounts"),
	Pod: resource("v1", "pods"),
	Event: resource("v1", "events"),
	Node: resource("v1", "nodes", false),
	Deployment: resource("apps/v1", "deployments"),
	DaemonSet: resource("apps/v1", "daemonsets"),
	StatefulSet: resource("apps/v1", "statefulsets"),
	Gateway: resource("gateway.networking.k8s.io/v1", "gateways"),
	MutatingAdmissionPolicy: admission("mutatingadmissionpolicies"),
	MutatingAdmissionPolicyBinding: admission("mutatingadmissionpolicybindings"),
	ValidatingAdmissionPolicy: admission("validatingadmissionpolicies"),
	ValidatingAdmissionPolicyBinding: admission(
		"validatingadmissionpolicybindings",
	),
	Role: resource(RBAC, "roles"),
	RoleBinding: resource(RBAC, "rolebindings"),
	ClusterRole: resource(RBAC, "clusterroles", false),
	ClusterRoleBinding: resource(RBAC, "clusterrolebindings", false),
};

/** The API group of a kind; "" for the core one. */
export function groupOf(kind: Kind): string {
	const [group = "", version] = RESOURCES[kind].apiVersion.split("/");
	return version === undefined ? "" : group;
}

/**
 * What of an object is to be otherwise than in the version that was read. What is not named stays as it is,
 * null takes a label or an annotation away. The API server refuses it (409) where anything has changed since.
 */
export interface MergePatch {
	readonly metadata: {
		readonly resourceVersion: string;
		readonly labels?: Readonly<Record<string, string | null>>;
		readonly annotations?: Readonly<Record<string, string | null>>;
	};
	/** Of a Secret, all of it: other keys go. */
	readonly data?: Readonly<Record<string, string>>;
	/** Of a service account, the whole list: other entries go. Null: none is left. */
	readonly imagePullSecrets?: readonly { name?: string }[] | null;
}

/** The annotation in which kubectl keeps an object as it was applied, a Secret's data as well. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
