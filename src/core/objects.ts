/**
 * The parts of Kubernetes objects that this program reads or writes, as JSON
 * has them: https://kubernetes.io/docs/reference/kubernetes-api/
 */

/** `metadata` of any object. Times are RFC 3339 strings. */
export interface ObjectMeta {
	name?: string;
	namespace?: string;
	uid?: string;
	resourceVersion?: string;
	creationTimestamp?: string;
	deletionTimestamp?: string;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	finalizers?: string[];
	ownerReferences?: OwnerReference[];
	managedFields?: unknown[];
	generateName?: string;
}

export interface OwnerReference {
	apiVersion: string;
	kind: string;
	name: string;
	uid: string;
	controller?: boolean;
}

interface TypeMeta {
	apiVersion?: string;
	kind?: string;
	metadata: ObjectMeta;
}

export interface Namespace extends TypeMeta {
	status?: { phase?: string };
}

/** `data` values are base64, as on the wire. */
export interface Secret extends TypeMeta {
	type?: string;
	data?: Record<string, string>;
	immutable?: boolean;
}

export interface LocalObjectReference {
	name?: string;
}

export interface ServiceAccount extends TypeMeta {
	imagePullSecrets?: LocalObjectReference[];
}

export interface Container {
	name: string;
	image?: string;
	imagePullPolicy?: string;
}

/** `image`: an image volume (KEP-4639), pulled with the pod's pull Secrets. */
export interface Volume {
	name: string;
	image?: { reference?: string; pullPolicy?: string };
}

export interface ContainerStatus {
	name: string;
	image?: string;
	state?: {
		waiting?: { reason?: string; message?: string };
		running?: object;
		terminated?: object;
	};
}

export interface Pod extends TypeMeta {
	spec?: {
		serviceAccountName?: string;
		nodeName?: string;
		imagePullSecrets?: LocalObjectReference[];
		containers?: Container[];
		initContainers?: Container[];
		ephemeralContainers?: Container[];
		volumes?: Volume[];
	};
	status?: {
		phase?: string;
		containerStatuses?: ContainerStatus[];
		initContainerStatuses?: ContainerStatus[];
		ephemeralContainerStatuses?: ContainerStatus[];
	};
}

export interface CoreEvent extends TypeMeta {
	type?: string;
	reason?: string;
	message?: string;
	count?: number;
	lastTimestamp?: string;
	eventTime?: string;
	involvedObject?: {
		kind?: string;
		namespace?: string;
		name?: string;
		uid?: string;
		/** `spec.containers{web}`, where it is about one. */
		fieldPath?: string;
	};
	series?: { lastObservedTime?: string };
}

export interface Node extends TypeMeta {
	status?: {
		nodeInfo?: {
			kubeletVersion?: string;
			/** `linux` or `windows`. */
			operatingSystem?: string;
			/** As Go calls it: `amd64`. */
			architecture?: string;
		};
	};
}

/** A Deployment or a DaemonSet. */
export interface Workload extends TypeMeta {
	spec?: { template?: Pick<Pod, "spec"> };
}

/** Of gateway.networking.k8s.io/v1. */
export interface Gateway extends TypeMeta {
	spec?: { gatewayClassName?: string };
}

/** An expression of CEL by its name, as admission policies have them. */
export interface NamedExpression {
	name: string;
	expression: string;
}

/** Of a policy's `matchConstraints` and a binding's `matchResources`. */
export interface MatchResources {
	matchPolicy?: string;
	namespaceSelector?: NamespaceSelector;
	objectSelector?: object;
	resourceRules?: {
		apiGroups?: string[];
		apiVersions?: string[];
		operations?: string[];
		resources?: string[];
		scope?: string;
	}[];
}

export interface NamespaceSelector {
	matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Of admissionregistration.k8s.io/v1: stable since Kubernetes 1.36. */
export interface MutatingAdmissionPolicy extends TypeMeta {
	spec?: {
		matchConstraints?: MatchResources;
		matchConditions?: NamedExpression[];
		variables?: NamedExpression[];
		mutations?: { patchType: string; jsonPatch?: { expression: string } }[];
		failurePolicy?: string;
		reinvocationPolicy?: string;
		paramKind?: object;
	};
}

export interface MutatingAdmissionPolicyBinding extends TypeMeta {
	spec?: {
		policyName?: string;
		matchResources?: MatchResources;
		paramRef?: object;
	};
}

/** Of admissionregistration.k8s.io/v1, stable since Kubernetes 1.30. */
export interface ValidatingAdmissionPolicy extends TypeMeta {
	spec?: {
		failurePolicy?: string;
		matchConstraints?: MatchResources;
		matchConditions?: NamedExpression[];
		validations?: { expression: string; message?: string }[];
	};
}

export interface ValidatingAdmissionPolicyBinding extends TypeMeta {
	spec?: { policyName?: string; validationActions?: string[] };
}

/** What may be done: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface PolicyRule {
	apiGroups: string[];
	resources: string[];
	resourceNames?: string[];
	verbs: string[];
}

export interface Role extends TypeMeta {
	rules?: PolicyRule[];
}

export type ClusterRole = Role;

export interface RoleBinding extends TypeMeta {
	roleRef?: { apiGroup: string; kind: string; name: string };
	subjects?: { kind: string; name: string; namespace?: string }[];
}

export type ClusterRoleBinding = RoleBinding;

/** A kind that this program reads or writes, and its shape. */
export interface ObjectOf {
	Namespace: Namespace;
	Secret: Secret;
	ServiceAccount: ServiceAccount;
	Pod: Pod;
	Event: CoreEvent;
	Node: Node;
	Deployment: Workload;
	DaemonSet: Workload;
	Gateway: Gateway;
	MutatingAdmissionPolicy: MutatingAdmissionPolicy;
	MutatingAdmissionPolicyBinding: MutatingAdmissionPolicyBinding;
	ValidatingAdmissionPolicy: ValidatingAdmissionPolicy;
	ValidatingAdmissionPolicyBinding: ValidatingAdmissionPolicyBinding;
	Role: Role;
	RoleBinding: RoleBinding;
	ClusterRole: ClusterRole;
	ClusterRoleBinding: ClusterRoleBinding;
}

export type Kind = keyof ObjectOf;

/** Where the API server has a kind. */
export interface Resource {
	/** `v1`, or with the API group: `apps/v1`. */
	readonly apiVersion: string;
	/** As in its URL, and in rules of RBAC. */
	readonly plural: string;
	readonly namespaced: boolean;
}

const ADMISSION = "admissionregistration.k8s.io/v1";
const RBAC = "rbac.authorization.k8s.io/v1";

export const RESOURCES: Readonly<Record<Kind, Resource>> = {
	Namespace: { apiVersion: "v1", plural: "namespaces", namespaced: false },
	Secret: { apiVersion: "v1", plural: "secrets", namespaced: true },
	ServiceAccount: {
		apiVersion: "v1",
		plural: "serviceaccounts",
		namespaced: true,
	},
	Pod: { apiVersion: "v1", plural: "pods", namespaced: true },
	Event: { apiVersion: "v1", plural: "events", namespaced: true },
	Node: { apiVersion: "v1", plural: "nodes", namespaced: false },
	Deployment: {
		apiVersion: "apps/v1",
		plural: "deployments",
		namespaced: true,
	},
	DaemonSet: { apiVersion: "apps/v1", plural: "daemonsets", namespaced: true },
	Gateway: {
		apiVersion: "gateway.networking.k8s.io/v1",
		plural: "gateways",
		namespaced: true,
	},
	MutatingAdmissionPolicy: {
		apiVersion: ADMISSION,
		plural: "mutatingadmissionpolicies",
		namespaced: false,
	},
	MutatingAdmissionPolicyBinding: {
		apiVersion: ADMISSION,
		plural: "mutatingadmissionpolicybindings",
		namespaced: false,
	},
	ValidatingAdmissionPolicy: {
		apiVersion: ADMISSION,
		plural: "validatingadmissionpolicies",
		namespaced: false,
	},
	ValidatingAdmissionPolicyBinding: {
		apiVersion: ADMISSION,
		plural: "validatingadmissionpolicybindings",
		namespaced: false,
	},
	Role: { apiVersion: RBAC, plural: "roles", namespaced: true },
	RoleBinding: { apiVersion: RBAC, plural: "rolebindings", namespaced: true },
	ClusterRole: { apiVersion: RBAC, plural: "clusterroles", namespaced: false },
	ClusterRoleBinding: {
		apiVersion: RBAC,
		plural: "clusterrolebindings",
		namespaced: false,
	},
};

/** The API group of a kind; "" for the core one. */
export function groupOf(kind: Kind): string {
	const [group = "", version] = RESOURCES[kind].apiVersion.split("/");
	return version === undefined ? "" : group;
}

/** One operation of RFC 6902. */
export type JsonPatchOperation =
	| { op: "test" | "add" | "replace"; path: string; value: unknown }
	| { op: "remove"; path: string };
