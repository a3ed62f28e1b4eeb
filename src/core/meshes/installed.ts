import { imageUses } from "../kubelet/pod-images.ts";
import type { Pod, Workload } from "../objects.ts";
import type { ImageList } from "./listed-image.ts";
import type { Mesh } from "./meshes.ts";

/** Adds the images of a mesh's own Deployments and DaemonSets. */
export function addWorkload(
	{ kind, metadata, spec }: Workload & { kind: string },
	list: ImageList,
): void {
	const from = `${metadata.namespace}/${kind.toLowerCase()}/${metadata.name}`;
	const pod = { metadata: {}, ...spec?.template };
	for (const { image, by } of imageUses(pod))
		list.add(image, from, by === "volume");
}

/** Adds the images of a mesh's containers in a pod that it was injected into. */
export function addSidecars(mesh: Mesh, pod: Pod, list: ImageList): void {
	const { namespace, name } = pod.metadata;
	for (const use of imageUses(pod))
		if (use.by === "container" && mesh.sidecars.includes(use.name))
			list.add(use.image, `${namespace}/pod/${name}`);
}

/**
 * Adds Istio's proxy where no pod shows it: it stands in no Deployment of its own, and is beside
 * istiod's image, under the same tag.
 */
export function addIstioProxy(list: ImageList): void {
	const images = list.images();
	if (images.some(({ image }) => /(?:^|\/)proxyv2(?:[:@]|$)/.test(image)))
		return;
	for (const { image, from } of images) {
		const proxy = image.replace(/(^|\/)pilot(?=:[^/]*$)/, "$1proxyv2");
		if (proxy !== image) list.add(proxy.replace(/@.*$/, ""), from[0] ?? "");
	}
}
