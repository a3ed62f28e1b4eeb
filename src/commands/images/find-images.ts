import { onCluster } from "../../actions/on-cluster.ts";
import { readManifests } from "../../actions/read/read-manifests.ts";
import { scopesOf } from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import type { Cases } from "../../core/cases.ts";
import { Kept } from "../../core/kept.ts";
import {
	FILLED_IN,
	readImageReference,
} from "../../core/kubelet/image-reference.ts";
import {
	imageUses,
	type PodUses,
	podUses,
} from "../../core/kubelet/pod-images.ts";
import { addIstioProxies, beside } from "../../core/meshes/installed.ts";
import { ImageList, type ListedImage } from "../../core/meshes/listed-image.ts";
import {
	type Mesh,
	type MeshRelease,
	imagesOf as releaseImages,
} from "../../core/meshes/meshes.ts";
import { FailureError } from "../../core/output/failure.ts";
import { isFatal } from "../../errors.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";

/** Where the images are from that are listed. */
export type ImageOrigin = Cases<
	"from",
	{
		release: { mesh: Mesh; release: MeshRelease; version: string };
		/** What is installed. No namespace: the context's. */
		cluster: { mesh: Mesh; namespace: string | undefined };
		files: { paths: readonly string[]; recursive: boolean };
		/** No namespaces: all. */
		pods: { namespaces: readonly string[] };
	}
>;

/** Takes an image as an object writes it, and where that is, `NAMESPACE/KIND/NAME`; `artifact`: for a volume. */
type AddImage = (image: string, from: string, artifact: boolean) => void;

/** Tells of what fails while the rest goes on, and in which of several namespaces. */
export type Fail = (error: unknown, namespace?: string) => void;

/** The images that are meant; what is no image or cannot be read is reported. */
export async function findImages(
	origin: ImageOrigin,
	connection: ConnectionFlags,
	world: World,
	fail: Fail,
): Promise<ListedImage[]> {
	switch (origin.from) {
		case "release": {
			const { mesh, release, version } = origin;
			const list = new ImageList();
			for (const image of releaseImages(release, version))
				list.add(image, `${mesh.title} ${version}`);
			return list.images();
		}
		case "files":
			return imagesOfFiles(origin.paths, origin.recursive, world, fail);
		case "cluster":
			return onCluster(world, connection, (cluster) =>
				imagesInstalled(origin, cluster, world, fail),
			);
		case "pods":
			return onCluster(world, connection, (cluster) =>
				imagesOfPods(origin.namespaces, cluster, world, fail),
			);
	}
}

async function imagesOfFiles(
	paths: readonly string[],
	recursive: boolean,
	world: World,
	fail: Fail,
): Promise<ListedImage[]> {
	const { manifestImages } = await import("../../core/manifest/images.ts");
	const list = new ImageList();
	const take = (text: string, file: string): void => {
		const { images, warnings, faults } = manifestImages(text, file);
		for (const fault of faults) fail(fault);
		warn(world, ...warnings);
		for (const { image, artifact } of images) list.add(image, file, artifact);
	};
	await readManifests(paths, recursive, world, take, fail);
	return list.images();
}

async function imagesOfPods(
	namespaces: readonly string[],
	cluster: Cluster,
	world: World,
	fail: Fail,
): Promise<ListedImage[]> {
	const list = new ImageList();
	const add = adding(list, fail);
	const kept = new Kept();
	const addPod = ({ namespace, name, uses }: PodUses): void => {
		const from = `${namespace}/pod/${name}`;
		const some = kept.partOf(namespace, uses, ({ image }) => image.length);
		for (const { image, by } of some)
			if (image === FILLED_IN)
				warn(world, { cause: "pod-image-filled-in", namespace, name });
			else add(image, from, by === "volume");
	};
	for (const scope of scopesOf(namespaces))
		try {
			for await (const { items } of cluster.picked("Pod", scope, podUses))
				items.forEach(addPod);
		} catch (error) {
			if (isFatal(error)) throw error;
			fail(error, scope.namespace);
		}
	const tooMany = [...kept.unread.keys()].toSorted();
	if (tooMany.length > 0)
		fail(new FailureError({ cause: "images-too-many", namespaces: tooMany }));
	return list.sorted();
}

/**
 * What is no image reference is reported instead: the API server takes any text for one. Once in each
 * namespace, however many pods have it.
 */
function adding(list: ImageList, fail: Fail): AddImage {
	const told = new Set<string>();
	return (image, from, artifact) => {
		const reading = readImageReference(image);
		if (typeof reading === "object") return list.add(image, from, artifact);
		const [namespace = "", ...object] = from.split("/");
		const same = `${namespace}/${image}`;
		if (told.has(same)) return;
		told.add(same);
		fail(
			new FailureError({
				cause: "image-invalid",
				image,
				because: reading,
				in: { object: object.join("/"), namespace },
			}),
		);
	};
}

/**
 * Those of the mesh's own Deployments, StatefulSets and DaemonSets, then those of the sidecars that run, outside the
 * mesh's namespace only of where the mesh's images are.
 */
async function imagesInstalled(
	{ mesh, namespace }: ImageOrigin & { from: "cluster" },
	cluster: Cluster,
	world: World,
	fail: Fail,
): Promise<ListedImage[]> {
	const list = new ImageList();
	const add = adding(list, fail);
	const place = namespace ?? cluster.namespace;
	let some = false;
	for (const kind of ["Deployment", "StatefulSet", "DaemonSet"] as const)
		for await (const { items } of cluster.pages(kind, { namespace: place }))
			for (const { metadata, spec } of items) {
				some = true;
				const from = `${metadata.namespace}/${kind.toLowerCase()}/${metadata.name}`;
				const pod = { metadata: {}, ...spec?.template };
				// A gateway's: its pods have the injected one.
				for (const { image, by } of imageUses(pod))
					if (image !== FILLED_IN) add(image, from, by === "volume");
			}
	const { title } = mesh;
	if (!some)
		throw new FailureError({ cause: "mesh-missing", title, namespace: place });
	const isOwn = beside([
		...list.images().map(({ image }) => image),
		...(mesh.release ? releaseImages(mesh.release) : []),
	]);
	const elsewhere = new Map<string, string>();
	const addOwn: AddImage = (image, from, artifact) => {
		if (isOwn(image)) add(image, from, artifact);
		else if (!elsewhere.has(image)) elsewhere.set(image, from);
	};
	try {
		for await (const { items } of cluster.picked("Pod", {}, podUses))
			for (const { namespace: at, name, uses } of items)
				for (const use of uses)
					if (use.by === "container" && mesh.sidecars.includes(use.name))
						(at === place ? add : addOwn)(
							use.image,
							`${at}/pod/${name}`,
							false,
						);
	} catch (error) {
		if (isFatal(error)) throw error;
		fail(error);
	}
	const images = [...elsewhere].map(([image, from]) => ({ image, from }));
	if (images.length > 0)
		warn(world, { cause: "sidecars-elsewhere", title, images });
	if (mesh.name === "istio") addIstioProxies(list);
	return list.sorted();
}
