import { define, type OptionsOf } from "../../command.ts";
import {
	type Given,
	listFlag,
	switchFlag,
	textFlag,
} from "../../core/command-line/flag.ts";
import { parsePlatform } from "../../core/registry/platform.ts";
import { UsageError } from "../../errors.ts";
import {
	FILENAME_FLAG,
	filenamesOf,
	RECURSIVE_FLAG,
	registryRootOf,
} from "../../flags/manifest.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import type { ImageOrigin } from "./find-images.ts";

const FORMATS = ["crane", "json", "name", "skopeo", "table", "yaml"] as const;
/** Flags that choose among the mesh's images. */
const OF_MESH = ["from-cluster", "mesh-version"];

export const images = define({
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
			// Those that cannot show what registries say.
			{ conflicts: ["output=name", "output=skopeo", "output=crane"] },
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
	options(given, env) {
		const registry = registryRootOf(given);
		const output = flags.outputOf(given, FORMATS) ?? "table";
		if (registry === undefined && (output === "skopeo" || output === "crane"))
			throw new UsageError(
				`-o ${output} needs --registry-server: where are the images to be copied to?`,
			);
		const check = checkOf(given, env);
		const origin = originOf(given, env);
		const isOfMesh = origin.from === "release" || origin.from === "cluster";
		if (given.has("mesh") && !isOfMesh && check === undefined)
			throw new UsageError(
				"--mesh together with -f, -n or -A needs --check, for which it says where the pull secret is",
			);
		return {
			connection: flags.connectionFlags(given),
			origin,
			registry,
			output,
			headers: !given.on("no-headers"),
			quiet: given.on("quiet"),
			check,
		};
	},
});

export type ImagesOptions = OptionsOf<typeof images>;

/** `--check` and what belongs to it. */
export type CheckWish = Exclude<ImagesOptions["check"], undefined>;

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
	const namespace = flags.sourceNamespaceOf(given, env);
	if (given.on("from-cluster")) return { from: "cluster", mesh, namespace };
	const { release } = mesh;
	const version = versionOf(given) ?? release.version;
	return { from: "release", mesh, release, version };
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

function checkOf(given: Given, env: flags.Env) {
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
		source: sourceChoiceOf(given, env, "--secret"),
		/** undefined: those of the nodes. */
		platforms: platforms.length > 0 ? platforms : undefined,
		trust: trustOf(given),
	};
}
