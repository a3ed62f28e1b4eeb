import type { Trust } from "../../actions/credentials/registry-trust.ts";
import {
	findSource,
	placeMeant,
	type SourceChoice,
} from "../../actions/read/find-source.ts";
import { tell, warn } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import {
	type Given,
	listFlag,
	switchFlag,
	textFlag,
} from "../../core/command-line/flag.ts";
import {
	findCollisions,
	rewriteImage,
} from "../../core/kubelet/image-reference.ts";
import type { PullSource } from "../../core/kubelet/keyring.ts";
import { type ListedImage, nameOf } from "../../core/meshes/listed-image.ts";
import type { ImageNote } from "../../core/note.ts";
import { byFirst } from "../../core/order.ts";
import { FailureError } from "../../core/output/failure.ts";
import {
	ContentReader,
	pullSourceOfKey,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	type Platform,
	parsePlatform,
	showPlatform,
} from "../../core/registry/platform.ts";
import {
	AbortedError,
	EXIT,
	isForbidden,
	OperationError,
	UsageError,
} from "../../errors.ts";
import {
	FILENAME_FLAG,
	filenamesOf,
	RECURSIVE_FLAG,
	registryRootOf,
} from "../../flags/manifest.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import { checkImages } from "./check-images.ts";
import { type Fail, findImages, type ImageOrigin } from "./find-images.ts";

const FORMATS = ["crane", "json", "name", "skopeo", "table", "yaml"] as const;
/** Those that can show what registries say. */
const CHECK_FORMATS: readonly string[] = ["json", "table", "yaml"];
/** Flags that choose among the mesh's images. */
const OF_MESH = ["from-cluster", "mesh-version"];

/** `--check` and what belongs to it. */
interface CheckWish {
	readonly source: SourceChoice;
	/** undefined: those of the nodes. */
	readonly platforms: readonly Platform[] | undefined;
	readonly trust: Trust;
}

/** `images`: what has to be in a private registry, and under which name. */
export const images = command({
	verb: "images",
	summary: "List images and their names in a private registry",
	operands: [],
	about: `List images and the names that they have in a private registry: the registry, then the last part of the image's name, its tag and digest, as meshes expect them.

The images are those of a release of the mesh, of the mesh that is installed (--from-cluster), of manifests (-f), or of running pods (-n or -A). Different images that would get one name are reported.

With --check, ask each registry whether the image exists, can be pulled with the pull secret, and is made for the platforms of the nodes. Exit status 1 unless all are ok. A registry that only pods name is asked at a private address only where the pull secret has an entry for it, and is sent none whose key has stars; those without an entry get 15 minutes in all.`,
	examples: {
		"What the mesh needs in your registry":
			"kubectl meshreg images --registry-server registry.example.com/mesh",
		"Copy it there":
			"kubectl meshreg images --registry-server registry.example.com/mesh -o skopeo | sh -eu",
		"Verify that all of it exists, for these platforms":
			"kubectl meshreg images --registry-server registry.example.com/mesh --check --platform linux/amd64,linux/arm64",
		"The images of the Istio that is installed":
			"kubectl meshreg images --mesh istio --from-cluster",
		"What the pods of two namespaces use": "kubectl meshreg images -n app,shop",
	},
	flags: [
		{
			...FILENAME_FLAG,
			conflicts: ["namespace", "all-namespaces", ...OF_MESH],
		},
		{ ...RECURSIVE_FLAG, needs: ["filename"] },
		{ ...flags.NAMESPACES_FLAG, conflicts: ["all-namespaces", ...OF_MESH] },
		{ ...flags.ALL_NAMESPACES_FLAG, conflicts: OF_MESH },
		flags.MESH_FLAG,
		textFlag("mesh-version", "List the images of this release of the mesh.", {
			conflicts: ["from-cluster"],
		}),
		switchFlag(
			"from-cluster",
			"List the images of the mesh that is installed.",
		),
		textFlag(
			"registry-server",
			"Name the images as in this registry, with its port and path.",
		),
		switchFlag(
			"check",
			"Ask registries whether each image exists and can be pulled.",
		),
		listFlag(
			"platform",
			"Check for this platform, OS/ARCH[/VARIANT] (default: the nodes').",
			{
				commas: true,
				values: ["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"],
				needs: ["check"],
			},
		),
		...[flags.SECRET_FLAG, FROM_FLAG, ...TRUST_FLAGS].map((flag) => ({
			...flag,
			needs: ["check"],
		})),
		switchFlag("no-headers", "Leave out the headers of a table."),
		{
			...flags.QUIET_FLAG,
			needs: ["check"],
			help: "Leave out images that are ok, and the summary.",
		},
		flags.outputFlag(...FORMATS),
	],
	options: optionsOf,
	async run(options, world) {
		const { origin } = options;
		warn(world, ...(options.registry?.warnings ?? []));
		if (origin.from === "release") {
			for (const repository of ownVersions(origin))
				warn(world, { cause: "versioned-apart", repository });
			const { title, retired } = origin.mesh;
			if (retired !== undefined && world.streams.out.isTerminal)
				tell(world, { cause: "mesh-retired", title, retired });
		}
		let failed = false;
		const fail: Fail = (error, namespace = "") => {
			world.emit({ type: "failure", error, namespace });
			failed = true;
		};
		const found = await findImages(origin, options.connection, world, fail);
		const root = options.registry?.root;
		const named = found.map(
			(each): ListedImage =>
				root === undefined
					? each
					: { ...each, renamed: rewriteImage(each.image, root) },
		);
		const collisions =
			root === undefined
				? []
				: findCollisions(
						named.map((each) => ({ from: each.image, to: nameOf(each) })),
					);
		const images =
			options.check === undefined
				? named
				: await checked(named, options.check, options, world);
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
				checked: options.check !== undefined,
			},
		};
	},
});

type ImagesOptions = ReturnType<typeof optionsOf>;

/** Throws UsageError. */
function optionsOf(given: Given, env: flags.Env) {
	const registry = registryRootOf(given);
	const output = flags.outputOf(given, FORMATS) ?? "table";
	if (registry === undefined && (output === "skopeo" || output === "crane"))
		throw new UsageError(
			`-o ${output} needs --registry-server: where are the images to be copied to?`,
		);
	const check = checkOf(given, env);
	if (check !== undefined && !CHECK_FORMATS.includes(output))
		throw new UsageError(
			`--check and -o ${output} cannot be used together: use -o json or yaml, or none`,
		);
	const origin = originOf(given, env);
	return {
		connection: flags.connectionFlags(given),
		origin,
		registry,
		output,
		headers: !given.on("no-headers"),
		quiet: given.on("quiet"),
		check,
	};
}

function originOf(given: Given, env: flags.Env): ImageOrigin {
	const paths = filenamesOf(given);
	if (paths.length > 0)
		return { from: "files", paths, recursive: given.on("recursive") };
	if (given.has("namespace"))
		return { from: "pods", namespaces: flags.namespacesOf(given) };
	if (given.on("all-namespaces")) return { from: "pods", namespaces: [] };
	const mesh = flags.meshOf(given, env);
	if (mesh.release === undefined)
		throw new UsageError(`--mesh ${mesh.name} has no images: use -f, -n or -A`);
	if (given.on("from-cluster"))
		return {
			from: "cluster",
			mesh,
			namespace: flags.sourceNamespaceOf(given, env),
		};
	return {
		from: "release",
		mesh,
		release: mesh.release,
		version: versionOf(given) ?? mesh.release.version,
	};
}

/** Images of another release than the known one, whose versions nobody said. */
function ownVersions({
	release,
	version,
}: ImageOrigin & { from: "release" }): readonly string[] {
	return version === release.version ? [] : release.fixed;
}

/** A release's name, as it may be in a tag. */
function versionOf(given: Given): string | undefined {
	const version = given.text("mesh-version");
	if (version !== undefined && !/^\w[\w.-]{0,127}$/.test(version))
		throw new UsageError(
			"--mesh-version: give a release as in the tags of images, for example 1.30.5",
		);
	return version;
}

function checkOf(given: Given, env: flags.Env): CheckWish | undefined {
	const platforms = given.list("platform").map((text) => {
		const platform = parsePlatform(text.trim());
		if (platform === undefined)
			throw new UsageError(
				"--platform: give OS/ARCH or OS/ARCH/VARIANT, for example linux/arm64",
			);
		return platform;
	});
	if (!given.on("check")) return undefined;
	return {
		source: sourceChoiceOf(given, env, {
			given: given.text("secret"),
			shown: "--secret",
		}),
		platforms: platforms.length > 0 ? platforms : undefined,
		trust: trustOf(given),
	};
}

async function checked(
	images: readonly ListedImage[],
	wish: CheckWish,
	{ connection, origin, registry, quiet }: ImagesOptions,
	world: World,
): Promise<ListedImage[]> {
	if (images.length === 0) return [];
	// The table begins before anything is waited for.
	world.emit({ type: "checking", names: images.map(nameOf) });
	const { source, platforms } = await clusterSays(wish, connection, world);
	return checkImages(
		images,
		{
			source,
			platforms,
			trust: wish.trust,
			named:
				origin.from === "files" ||
				origin.from === "release" ||
				registry !== undefined,
			quiet,
		},
		world,
	);
}

/**
 * The pull secret and the nodes' platforms. What cannot be read is told, and images are
 * checked without: manifests may be checked where there is no cluster.
 */
async function clusterSays(
	wish: CheckWish,
	connection: ConnectionFlags,
	world: World,
): Promise<{ source: PullSource | undefined; platforms: readonly Platform[] }> {
	let cluster: Cluster;
	try {
		cluster = await world.connect(connection);
	} catch (error) {
		if (!(error instanceof OperationError)) throw error;
		warn(world, {
			cause: "checked-without-credential",
			because: { is: "no-cluster" },
		});
		return { source: undefined, platforms: wish.platforms ?? [] };
	}
	const readOr = async <T>(
		read: () => Promise<T>,
		otherwise: T,
		what: (error: OperationError) => ImageNote,
	): Promise<T> => {
		try {
			return await read();
		} catch (error) {
			if (!(error instanceof OperationError) || error instanceof AbortedError)
				throw error;
			warn(world, what(error));
			return otherwise;
		}
	};
	try {
		const [source, platforms] = await Promise.all([
			readOr(
				async () =>
					pullSourceOfKey(
						await findSource(cluster, new ContentReader(), wish.source, world),
					),
				undefined,
				(error) => ({
					cause: "checked-without-credential",
					because: noSource(error, wish.source, cluster),
				}),
			),
			wish.platforms ??
				readOr(
					() => nodePlatforms(cluster),
					[],
					() => ({ cause: "platforms-unknown" }),
				),
		]);
		return { source, platforms };
	} finally {
		await cluster.close();
	}
}

function noSource(
	error: OperationError,
	choice: SourceChoice,
	cluster: Cluster,
): (ImageNote & { cause: "checked-without-credential" })["because"] {
	const source = placeMeant(choice, cluster);
	if (error instanceof FailureError) return { is: "missing", source };
	return isForbidden(error)
		? { is: "forbidden", source }
		: { is: "unanswered" };
}

/** Each once, sorted. */
async function nodePlatforms(cluster: Cluster): Promise<Platform[]> {
	const found = new Map<string, Platform>();
	for await (const { items } of cluster.pages("Node", {}))
		for (const { status } of items) {
			const { operatingSystem = "", architecture = "" } =
				status?.nodeInfo ?? {};
			const platform = parsePlatform(`${operatingSystem}/${architecture}`);
			if (platform !== undefined) found.set(showPlatform(platform), platform);
		}
	return [...found].toSorted(byFirst).map(([, each]) => each);
}
