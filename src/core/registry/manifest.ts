import type { Cases, None } from "../cases.ts";
import { fieldOf, readJsonObject, textIn } from "../json-object.ts";
import type { RegistryRequest } from "./answer.ts";
import type { Platform } from "./platform.ts";

/** What a registry has under an image's name. */
export type Manifest = Cases<
	"is",
	{
		/** One image a platform: each once, in its order. `unsaid`: some do not say what they are made for. */
		index: { platforms: readonly Platform[]; unsaid: boolean };
		/** An image for one platform, which its config says. */
		image: { config: string };
		/** An index of nothing, or of attestations about images that are not there. */
		"no-image": { attests: boolean };
		/** Something else in an image's clothes: a chart, a model, a signature. */
		artifact: { type: string };
		/** The format before 2016, which container runtimes no longer pull. */
		"schema-1": None;
		unreadable: None;
	}
>;

const INDEX = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
];
const IMAGE = [
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
];
const SCHEMA_1 = [
	"application/vnd.docker.distribution.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v1+prettyjws",
];

/** By what a registry knows an image. */
export interface ImageInRegistry {
	/** The path below the host: `library/nats`. */
	readonly repository: string;
	/** A tag, or a digest with its algorithm. */
	readonly reference: string;
}

/** Whether an image is there: a request to its registry, below `root`. */
export function manifestRequest(
	{ repository, reference }: ImageInRegistry,
	root: URL,
): RegistryRequest {
	return {
		method: "HEAD",
		url: new URL(`/v2/${repository}/manifests/${reference}`, root),
		// Without these a registry answers 404 for a manifest that it has.
		headers: { accept: [...INDEX, ...IMAGE].join(", ") },
	};
}

/** What the config of a container image is called; that of anything else is another. */
const IMAGE_CONFIGS: ReadonlySet<unknown> = new Set([
	"application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json",
]);

/** Whether a media type, parameters and all, alone says that no container runtime pulls this. */
export function isSchema1(contentType: string): boolean {
	return SCHEMA_1.includes(mediaTypeOf(contentType));
}

function mediaTypeOf(contentType: string): string {
	return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** Reads a manifest's text; `contentType` is what the registry calls it. Any text is answered. */
export function readManifest(text: string, contentType: string): Manifest {
	const parsed = readJsonObject(text);
	if (parsed === "not-json") return { is: "unreadable" };
	const type = String(fieldOf(parsed, "mediaType") ?? mediaTypeOf(contentType));
	if (SCHEMA_1.includes(type) || fieldOf(parsed, "schemaVersion") === 1)
		return { is: "schema-1" };
	const manifests = fieldOf(parsed, "manifests");
	if (INDEX.includes(type) || Array.isArray(manifests))
		return Array.isArray(manifests)
			? readIndex(manifests)
			: { is: "unreadable" };
	const config = fieldOf(parsed, "config");
	const configType = fieldOf(config, "mediaType");
	const artifact = textIn(parsed, "artifactType");
	if (artifact !== "" && !IMAGE_CONFIGS.has(configType))
		return { is: "artifact", type: artifact };
	const digest = textIn(config, "digest");
	if (!DIGEST.test(digest))
		return IMAGE.includes(type)
			? { is: "unreadable" }
			: { is: "artifact", type };
	return IMAGE_CONFIGS.has(configType)
		? { is: "image", config: digest }
		: { is: "artifact", type: String(configType ?? type) };
}

/** As it may stand in a URL. */
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{1,256}$/;

/** No image is made for more: of what follows it is not known what it is made for. */
const MOST_PLATFORMS = 64;

function readIndex(manifests: readonly unknown[]): Manifest {
	const platforms = new Map<string, Platform>();
	let unsaid = false;
	let attests = false;
	for (const each of manifests) {
		if (platforms.size >= MOST_PLATFORMS) {
			unsaid = true;
			break;
		}
		if (isAttestation(each)) {
			attests = true;
			continue;
		}
		const platform = platformIn(fieldOf(each, "platform"));
		if (platform === undefined) unsaid = true;
		else platforms.set(JSON.stringify(platform), platform);
	}
	if (platforms.size === 0 && !unsaid) return { is: "no-image", attests };
	return { is: "index", platforms: [...platforms.values()], unsaid };
}

/** https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
function isAttestation(entry: unknown): boolean {
	const platform = fieldOf(entry, "platform");
	return (
		fieldOf(fieldOf(entry, "annotations"), "vnd.docker.reference.type") ===
			"attestation-manifest" ||
		(fieldOf(platform, "os") === "unknown" &&
			fieldOf(platform, "architecture") === "unknown")
	);
}

/** More is not shown of what nobody calls a platform. */
const LONGEST_PART = 40;

/** The platform that an image's config, or an index's entry, says. */
function platformIn(value: unknown): Platform | undefined {
	const part = (name: string) =>
		textIn(value, name).slice(0, LONGEST_PART).toLowerCase();
	const [os, architecture] = [part("os"), part("architecture")];
	return os === "" || architecture === ""
		? undefined
		: { os, architecture, variant: part("variant") };
}

/** The platform in the text of an image's config; undefined where it says none. */
export function configPlatform(text: string): Platform | undefined {
	return platformIn(readJsonObject(text));
}
