import { readManifests } from "../../actions/read/read-manifests.ts";
import {
	ImageReferenceError,
	readImageReference,
} from "../../core/kubelet/image-reference.ts";
import { podImages } from "../../core/kubelet/pod-images.ts";
import { MESH_IMAGES } from "../../core/meshes/images.ts";
import type { Pod } from "../../core/objects.ts";
import { isFatal, OperationError } from "../../errors.ts";
import { failureLine, failureLineIn } from "../../report/failure.ts";
import type { ConnectionFlags, World } from "../../world.ts";

/** Where the images come from. */
export type ImageOrigin =
	| { readonly from: "mesh" }
	| {
			readonly from: "files";
			readonly paths: readonly string[];
			readonly recursive: boolean;
	  }
	/** No namespaces: all. */
	| { readonly from: "pods"; readonly namespaces: readonly string[] };

/** The images that are meant, each once; what is no image or cannot be read is reported. */
export async function findImages(
	origin: ImageOrigin,
	connection: ConnectionFlags,
	world: World,
	fail: (line: string) => void,
): Promise<string[]> {
	switch (origin.from) {
		case "mesh":
			return [...MESH_IMAGES];
		case "files":
			return imagesOfFiles(origin.paths, origin.recursive, world, fail);
		case "pods":
			return imagesOfPods(origin.namespaces, connection, world, fail);
	}
}

async function imagesOfFiles(
	paths: readonly string[],
	recursive: boolean,
	world: World,
	fail: (line: string) => void,
): Promise<string[]> {
	const { manifestImages } = await import("../../core/manifest/images.ts");
	const found = new Set<string>();
	for await (const manifest of readManifests(paths, recursive, world)) {
		if ("failure" in manifest) {
			fail(manifest.failure);
			continue;
		}
		try {
			const { images, warnings } = manifestImages(manifest.text, manifest.file);
			for (const message of warnings) world.emit({ type: "warning", message });
			for (const image of images) found.add(image);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			fail(failureLine(error));
		}
	}
	return [...found];
}

async function imagesOfPods(
	namespaces: readonly string[],
	connection: ConnectionFlags,
	world: World,
	fail: (line: string) => void,
): Promise<string[]> {
	const cluster = await world.connect(connection);
	const found = new Set<string>();
	try {
		const scopes: { namespace?: string }[] =
			namespaces.length === 0
				? [{}]
				: namespaces.map((namespace) => ({ namespace }));
		for (const scope of scopes)
			try {
				for await (const { items } of cluster.pages("Pod", scope))
					for (const pod of items) addImages(pod, found, fail);
			} catch (error) {
				if (isFatal(error)) throw error;
				fail(failureLineIn(scope.namespace ?? "", error));
			}
	} finally {
		await cluster.close();
	}
	return [...found].toSorted();
}

function addImages(
	pod: Pod,
	found: Set<string>,
	fail: (line: string) => void,
): void {
	for (const image of podImages(pod)) {
		const reading = readImageReference(image);
		if (reading.ok) found.add(image);
		else
			fail(
				`error: pod/${pod.metadata.name} in ${pod.metadata.namespace} namespace: ${new ImageReferenceError(image, reading.because).message}`,
			);
	}
}
