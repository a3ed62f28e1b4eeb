import {
	readImageReference,
	repositoryOf,
} from "../kubelet/image-reference.ts";
import type { ImageList } from "./listed-image.ts";

/**
 * Tells which images are in one folder of a registry with some of these. Whoever makes a pod names its
 * containers and their images: that it has a sidecar's name makes no image the mesh's.
 */
export function beside(images: readonly string[]): (image: string) => boolean {
	const folders = new Set(images.map(folderOf));
	return (image) => folders.has(folderOf(image));
}

/** The registry and the path up to the name; of what is no image's name, itself. */
function folderOf(image: string): string {
	const reading = readImageReference(image);
	if (typeof reading === "string") return image;
	const repository = repositoryOf(reading);
	return repository.slice(0, repository.lastIndexOf("/"));
}

/**
 * Adds the proxies of Istio that no pod shows yet: each istiod gives the next pods the one beside its own
 * image, under the same tag, whatever those have that run.
 */
export function addIstioProxies(list: ImageList): void {
	const images = list.images();
	const shown = new Set(
		images.map(({ image }) => /(?:^|\/)proxyv2(:[^/@]+)/.exec(image)?.[1]),
	);
	for (const { image, from } of images) {
		const [, hub, tag] = /^(.*\/|)pilot(:[^/@]+)(?:@|$)/.exec(image) ?? [];
		if (tag !== undefined && !shown.has(tag))
			list.add(`${hub}proxyv2${tag}`, from[0] ?? "");
	}
}
