import type { Container, ContainerStatus, Pod } from "../objects.ts";
import type { Place } from "../output/input-failure.ts";

/** An image that a pod names, and who of it. */
export interface ImageUse {
	/** As written. */
	readonly image: string;
	readonly by: "container" | "volume";
	/** Of the container or volume. */
	readonly name: string;
}

/**
 * Every image of a pod that a kubelet pulls with the pod's pull Secrets: of containers, init and
 * ephemeral ones among them, and of image volumes
 * (https://kubernetes.io/docs/concepts/storage/volumes/#image).
 */
export function imageUses(pod: Pod): ImageUse[] {
	const containers = containersOf(pod).map(
		({ name, image = "" }): ImageUse => ({ image, by: "container", name }),
	);
	const volumes = (pod.spec?.volumes ?? []).map(
		({ name, image }): ImageUse => ({
			image: image?.reference ?? "",
			by: "volume",
			name,
		}),
	);
	return [...containers, ...volumes].filter(({ image }) => image !== "");
}

/** A pod's containers of every sort; no two have one name. */
export function containersOf({ spec }: Pod): Container[] {
	return [
		...(spec?.initContainers ?? []),
		...(spec?.containers ?? []),
		...(spec?.ephemeralContainers ?? []),
	];
}

/** What is known of them, in the same order. */
export function statusesOf({ status }: Pod): ContainerStatus[] {
	return [
		...(status?.initContainerStatuses ?? []),
		...(status?.containerStatuses ?? []),
		...(status?.ephemeralContainerStatuses ?? []),
	];
}

/** A pod, and the images that it names. */
export interface PodUses extends Place {
	readonly uses: readonly ImageUse[];
}

/** All of a pod that matters to whoever asks for images alone. */
export function podUses(pod: Pod): PodUses {
	const { namespace = "", name = "" } = pod.metadata;
	return { namespace, name, uses: imageUses(pod) };
}

/** The images that a pod names, each once. */
export function podImages(pod: Pod): string[] {
	return [...new Set(imageUses(pod).map(({ image }) => image))];
}
