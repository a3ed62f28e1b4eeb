import { onCluster } from "../../actions/on-cluster.ts";
import { allOf } from "../../actions/read/all-of.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import { tell, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import { distinct } from "../../core/groups.ts";
import {
	findCollisions,
	rewriteImage,
} from "../../core/kubelet/image-reference.ts";
import type { PullSource } from "../../core/kubelet/keyring.ts";
import { nameOf } from "../../core/meshes/listed-image.ts";
import type { ImageNote } from "../../core/note.ts";
import { compare } from "../../core/order.ts";
import { pullSourceOfKey } from "../../core/pull-secrets/pull-secret.ts";
import {
	type Platform,
	parsePlatform,
	showPlatform,
} from "../../core/registry/platform.ts";
import { EXIT, OperationError } from "../../errors.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import { checkImages } from "./check-images.ts";
import type { CheckWish, ImagesOptions } from "./command.ts";
import { type Fail, findImages } from "./find-images.ts";

export const run: RunOf<ImagesOptions> = async (options, world) => {
	const { origin } = options;
	warn(world, ...(options.registry?.warnings ?? []));
	if (origin.from === "release") {
		const { release, version, mesh } = origin;
		// Those of another release than the known one have versions that nobody said.
		for (const image of version === release.version ? [] : release.fixed)
			warn(world, {
				cause: "versioned-apart",
				repository: image.split(":")[0] ?? "",
			});
		const { title, retired } = mesh;
		if (retired !== undefined && world.streams.out.isTerminal)
			tell(world, { cause: "mesh-retired", title, retired });
	}
	let failed = false;
	const fail: Fail = (error, namespace = "") => {
		world.emit({ type: "failure", error, namespace });
		failed = true;
	};
	let images = await findImages(origin, options.connection, world, fail);
	const root = options.registry?.root;
	const renamed =
		root === undefined
			? []
			: images.map((each) => ({
					...each,
					renamed: rewriteImage(each.image, root),
				}));
	if (root !== undefined) images = renamed;
	const collisions = findCollisions(
		renamed.map((each) => ({ from: each.image, to: each.renamed })),
	);
	const { check, quiet } = options;
	if (check !== undefined && images.length > 0) {
		// The table begins before anything is waited for.
		world.emit({ type: "checking", names: images.map(nameOf) });
		const held = await clusterSays(check, options.connection, world);
		const named =
			["files", "release"].includes(origin.from) || root !== undefined;
		const how = { ...held, trust: check.trust, named, quiet };
		images = await checkImages(images, how, world);
	}
	const allWell =
		!failed &&
		collisions.length === 0 &&
		images.every(
			({ finding }) => finding === undefined || finding.status === "ok",
		);
	return {
		status: allWell ? EXIT.done : EXIT.failed,
		document: {
			kind: "images",
			images,
			collisions,
			root,
			failed,
			checked: check !== undefined,
		},
	};
};

/**
 * The pull secret and the nodes' platforms. What cannot be read is told, and images are
 * checked without: manifests may be checked where there is no cluster.
 */
async function clusterSays(
	wish: CheckWish,
	connection: ConnectionFlags,
	world: World,
): Promise<{ source: PullSource | undefined; platforms: readonly Platform[] }> {
	const orWarn =
		(note: (error: OperationError) => ImageNote) =>
		(error: unknown): undefined => {
			if (!(error instanceof OperationError)) throw error;
			warn(world, note(error));
		};
	const without = orWarn((error) => ({
		cause: "checked-without-credential",
		error,
	}));
	const said = await onCluster(world, connection, (cluster) =>
		Promise.all([
			findSource(reading(cluster), wish.source, world)
				.then(pullSourceOfKey)
				.catch(without),
			wish.platforms ??
				nodePlatforms(cluster).catch(
					orWarn(() => ({ cause: "platforms-unknown" })),
				),
		]),
	).catch(without);
	const [source, platforms = []] = said ?? [undefined, wish.platforms];
	return { source, platforms };
}

/** Each once, sorted. */
async function nodePlatforms(cluster: Cluster): Promise<Platform[]> {
	const found = await allOf(cluster.pages("Node", {}), ({ status }) => {
		const { operatingSystem = "", architecture = "" } = status?.nodeInfo ?? {};
		return parsePlatform(`${operatingSystem}/${architecture}`) ?? [];
	});
	return distinct(found, showPlatform).sort((a, b) =>
		compare(showPlatform(a), showPlatform(b)),
	);
}
