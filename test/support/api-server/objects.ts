/** Kubernetes objects as JSON has them. */

export type Json =
	| string
	| number
	| boolean
	| null
	| Json[]
	| { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type ManagedFields = {
	manager: string;
	operation: "Apply" | "Update";
	apiVersion: string;
	time: string;
	fieldsType: "FieldsV1";
	fieldsV1: JsonObject;
};

/** `metadata`; times are RFC 3339 to the second. */
export type Metadata = {
	name: string;
	generateName?: string;
	namespace?: string;
	uid: string;
	/** Absent only in the answer to a dry-run creation. */
	resourceVersion?: string;
	creationTimestamp: string;
	deletionTimestamp?: string;
	deletionGracePeriodSeconds?: number;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: JsonObject[];
	finalizers?: string[];
	managedFields?: ManagedFields[];
};

/** An object without `kind` and `apiVersion`: those are the resource's. */
export type KubeObject = { metadata: Metadata; [field: string]: Json };

/** What a request's body, or a test's seed, may lack: the server fills it in. */
export type Draft = {
	kind?: string;
	apiVersion?: string;
	metadata?: Partial<Metadata>;
	[field: string]: Json | undefined;
};

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of field names; undefined where anything on the way is absent. */
export function fieldAt(
	value: Json | undefined,
	path: readonly string[],
): Json | undefined {
	let at = value;
	for (const step of path) at = isObject(at) ? at[step] : undefined;
	return at;
}
