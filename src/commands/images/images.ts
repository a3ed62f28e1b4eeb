import { command } from "../../command.ts";
import {
	findCollisions,
	type RewrittenImage,
	rewriteImage,
} from "../../core/kubelet/image-reference.ts";
import { MESH_VERSION } from "../../core/meshes/images.ts";
import { EXIT, UsageError } from "../../errors.ts";
import {
	FILENAME_FLAG,
	filenamesOf,
	RECURSIVE_FLAG,
	type RegistryRoot,
	registryRootOf,
} from "../../flags/manifest.ts";
import * as flags from "../../flags.ts";
import type { ConnectionFlags } from "../../world.ts";
import { findImages, type ImageOrigin } from "./find-images.ts";

const FORMATS = ["crane", "json", "name", "skopeo", "table", "yaml"] as const;

interface ImagesOptions {
	readonly connection: ConnectionFlags;
	readonly origin: ImageOrigin;
	readonly registry: RegistryRoot | undefined;
	readonly output: (typeof FORMATS)[number];
	readonly headers: boolean;
}

/** `images`: what has to be in a private registry, and under which name. */
export const images = command<ImagesOptions>({
	verb: "images",
	summary: "List images and their names in a private registry",
	operands: [],
	about: `List images and the names that they have in a private registry: the registry, then the last part of the image's name, its tag and digest, as the mesh expects them.

They are those of NGINX Service Mesh ${MESH_VERSION}, or of manifests (-f), or of running pods (-n or -A). Different images that would get one name are reported.`,
	examples: [
		{
			comment: "What the mesh needs in your registry",
			line: "kubectl meshreg images --registry-server registry.example.com/mesh",
		},
		{
			comment: "Copy it there",
			line: "kubectl meshreg images --registry-server registry.example.com/mesh -o skopeo | sh -eu",
		},
		{
			comment: "What the pods of two namespaces use",
			line: "kubectl meshreg images -n app,shop",
		},
	],
	flags: [
		{ ...FILENAME_FLAG, conflicts: ["namespace", "all-namespaces"] },
		RECURSIVE_FLAG,
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "registry-server",
			kind: "text",
			help: "The registry that the images are to be in, with its port and path.",
		},
		{ name: "no-headers", kind: "switch", help: "Leave out the headers." },
		flags.outputFlag(...FORMATS),
	],
	options(given) {
		const registry = registryRootOf(given);
		const output = flags.outputOf(given, FORMATS) ?? "table";
		if (registry === undefined && (output === "skopeo" || output === "crane"))
			throw new UsageError(
				`-o ${output} needs --registry-server: where are the images to be copied to?`,
			);
		return {
			connection: flags.connectionFlags(given),
			origin: originOf(given),
			registry,
			output,
			headers: !given.on("no-headers"),
		};
	},
	async run(options, world) {
		for (const message of options.registry?.warnings ?? [])
			world.emit({ type: "warning", message });
		let failed = false;
		const fail = (message: string): void => {
			world.emit({ type: "note", message });
			failed = true;
		};
		const names = await findImages(
			options.origin,
			options.connection,
			world,
			fail,
		);
		const root = options.registry?.root;
		const moved = names.map(
			(from): RewrittenImage => ({
				from,
				to: root === undefined ? from : rewriteImage(from, root),
			}),
		);
		const collisions = root === undefined ? [] : findCollisions(moved);
		return {
			status: failed || collisions.length > 0 ? EXIT.failed : EXIT.done,
			document: { kind: "images", images: moved, collisions, root, failed },
		};
	},
});

function originOf(given: Parameters<typeof filenamesOf>[0]): ImageOrigin {
	const paths = filenamesOf(given);
	if (paths.length > 0)
		return { from: "files", paths, recursive: given.on("recursive") };
	if (given.has("namespace"))
		return { from: "pods", namespaces: flags.namespacesOf(given) };
	return given.on("all-namespaces")
		? { from: "pods", namespaces: [] }
		: { from: "mesh" };
}
