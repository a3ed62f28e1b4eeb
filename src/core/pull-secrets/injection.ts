/** Meshes that can be told by a Namespace to inject their sidecar into its pods. */
export type InjectingMesh = "nginx" | "istio" | "linkerd" | "kuma";

/** What of a Namespace, or of a pod, says so. */
type Marks = Partial<
	Record<Mark["on"], Readonly<Record<string, string>> | undefined>
>;

/** One thing that stands on an object, or does not. */
export interface Mark {
	readonly on: "labels" | "annotations";
	readonly key: string;
	/** One of these values; or any, or that the key is not there. */
	readonly is: readonly string[] | "present" | "absent";
}

/** One of some values. */
export type ValueMark = Mark & { readonly is: readonly string[] };

/** A label with one of these values. */
function label(key: string, ...is: readonly string[]): ValueMark {
	return { on: "labels", key, is };
}

/** The same of an annotation. */
export function annotation(key: string, ...is: readonly string[]): ValueMark {
	return { on: "annotations", key, is };
}

/** What stands on a Namespace whose pods a mesh injects: all marks of one of these lists. */
export const INJECTION: Readonly<
	Record<InjectingMesh, readonly (readonly Mark[])[]>
> = {
	nginx: [[label("injector.nsm.nginx.com/auto-inject", "enabled")]],
	// A revision is heeded only where the older label is absent, whatever that one says.
	istio: [
		[label("istio-injection", "enabled")],
		[
			{ on: "labels", key: "istio-injection", is: "absent" },
			{ on: "labels", key: "istio.io/rev", is: "present" },
		],
	],
	linkerd: [[annotation("linkerd.io/inject", "enabled", "ingress")]],
	kuma: [[label("kuma.io/sidecar-injection", "enabled", "true")]],
};

/** Whether a text names such a mesh. */
export function isInjectingMesh(name: string): name is InjectingMesh {
	return Object.hasOwn(INJECTION, name);
}

/**
 * Whether a Namespace's own labels or annotations ask a mesh for sidecars. This alone may be recorded as a
 * rule: whoever may change a Namespace decides.
 */
export function isInjected(mesh: InjectingMesh, namespace: Marks): boolean {
	return INJECTION[mesh].some((marks) =>
		marks.every((mark) => isMarked(namespace, mark)),
	);
}

/** Whether a mark stands on an object. */
export function isMarked(object: Marks, { on, key, is }: Mark): boolean {
	const value = object[on]?.[key];
	if (typeof is === "string")
		return (value !== undefined) === (is === "present");
	return value !== undefined && is.includes(value);
}
