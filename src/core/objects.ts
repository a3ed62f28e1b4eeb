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

/** A kind that this program reads or writes, and its shape. */
export interface ObjectOf {
	Namespace: Namespace;
	Secret: Secret;
	ServiceAccount: ServiceAccount;
	Pod: Pod;
	Event: CoreEvent;
}

export type Kind = keyof ObjectOf;

/** One operation of RFC 6902. */
export type JsonPatchOperation =
	| { op: "test" | "add" | "replace"; path: string; value: unknown }
	| { op: "remove"; path: string };
