import { FailureError } from "../output/failure.ts";
import { DOCKER_HUB_KEY } from "../registry/server.ts";

/**
 * An image's name in parts, completed as a kubelet completes it: `nats:2.9` is
 * `{domain: "docker.io", path: "library/nats", tag: "2.9"}`. `domain` carries the
 * port. It is empty only for a first component that is no host but a legal path (`a_b.c/x`).
 */
export interface ImageReference {
	readonly domain: string;
	readonly path: string;
	readonly tag?: string;
	/** With its algorithm: `sha256:…`. */
	readonly digest?: string;
}

/** What stands for an image that Istio's injector fills in: https://istio.io/latest/docs/setup/additional-setup/gateway/ */
export const FILLED_IN = "auto";

// The grammar of https://pkg.go.dev/github.com/distribution/reference, which kubelets and containerd use.
const HOST_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REFERENCE = new RegExp(
	`^(?:(${DOMAIN})/)?(${COMPONENT}(?:/${COMPONENT})*)` +
		"(?::(\\w[\\w.-]{0,127}))?" +
		"(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$",
);
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
	["sha256", 64],
	["sha384", 96],
	["sha512", 128],
]);
const LONGEST_PATH = 255;

/** Parses as a kubelet does; of what is no reference, why, in distribution's words. */
export function readImageReference(image: string): ImageReference | string {
	if (/^[a-f0-9]{64}$/.test(image))
		return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`;
	const { domain, rest } = splitDomain(image);
	const name = rest.split(":", 1)[0] ?? "";
	if (name !== name.toLowerCase())
		return "invalid reference format: repository name must be lowercase";
	const match = REFERENCE.exec(`${domain}/${rest}`);
	const path = match?.[2];
	if (!match || path === undefined)
		return REFERENCE.test(`${domain}/${rest}`.toLowerCase())
			? "repository name must be lowercase"
			: "invalid reference format";
	if (path.length > LONGEST_PATH)
		return `repository name must not be more than ${LONGEST_PATH} characters`;
	const [, host = "", , tag, digest] = match;
	const wrongDigest = digest === undefined ? undefined : digestFault(digest);
	if (wrongDigest) return wrongDigest;
	return {
		domain: host,
		path,
		...(tag === undefined ? {} : { tag }),
		...(digest === undefined ? {} : { digest }),
	};
}

/** As readImageReference; throws FailureError. */
export function parseImageReference(image: string): ImageReference {
	const reading = readImageReference(image);
	if (typeof reading === "string") throw invalid(image, reading);
	return reading;
}

/** The full repository: domain and path, without tag and digest. */
export function repositoryOf({ domain, path }: ImageReference): string {
	return domain === "" ? path : `${domain}/${path}`;
}

/** The server that `--registry-server` takes for an image; undefined for what is no reference. */
export function registryServerOf(image: string): string | undefined {
	const reading = readImageReference(image);
	return typeof reading === "string"
		? undefined
		: repositoryOf(reading).split("/", 1)[0];
}

/** In full, `docker.io/library/nats:2.9`: parses to the same reference again. */
export function printImageReference(reference: ImageReference): string {
	return repositoryOf(reference) + suffix(reference);
}

/**
 * The image's name in a private registry, as the mesh names its copies there: `registry`
 * (host, port and path, no scheme), then the last component of the path, tag and digest kept.
 * What is in `registry` already comes back as it was written.
 * Throws FailureError where either is not what it should be.
 */
export function rewriteImage(image: string, registry: string): string {
	const reference = parseImageReference(image);
	const root = registry.replace(/\/+$/, "");
	if (repositoryOf(reference).startsWith(`${registryPrefix(root)}/`))
		return image;
	const last = reference.path.slice(reference.path.lastIndexOf("/") + 1);
	const rewritten = `${root}/${last}${suffix(reference)}`;
	parseImageReference(rewritten);
	return rewritten;
}

/** An image as it was written, and its name in the private registry. */
export interface RewrittenImage {
	readonly from: string;
	readonly to: string;
}

/** Different images that would get one name in the private registry. */
export interface ImageCollision {
	readonly to: string;
	/** As they were written, two or more, in the order given. */
	readonly from: readonly string[];
}

/**
 * Finds the names that two images share after rewriting. Spellings of one image are not a
 * collision; images that differ in the digest alone are, since their copies share the tag.
 */
export function findCollisions(
	images: readonly RewrittenImage[],
): readonly ImageCollision[] {
	const sources = new Map<string, Map<string, string>>();
	for (const { from, to } of images) {
		const target = parseImageReference(to);
		const key = `${repositoryOf(target)}${target.digest && !target.tag ? `@${target.digest}` : `:${target.tag ?? "latest"}`}`;
		const same = printImageReference(withDefaultTag(parseImageReference(from)));
		sources.getOrInsert(key, new Map()).getOrInsert(same, from);
	}
	return [...sources]
		.filter(([, spellings]) => spellings.size > 1)
		.map(([to, spellings]) => ({ to, from: [...spellings.values()] }));
}

/** Adds the tag that a runtime pulls where neither tag nor digest is given. */
export function withDefaultTag(reference: ImageReference): ImageReference {
	return reference.tag === undefined && reference.digest === undefined
		? { ...reference, tag: "latest" }
		: reference;
}

/** Where an image's manifest is: in the registry with this key, and there as what. */
export function manifestPlace(image: ImageReference): {
	readonly key: string;
	readonly repository: string;
	readonly reference: string;
} {
	const { domain, path, tag, digest } = image;
	return {
		// Its other names are hosts of their own to a node.
		key: domain === "docker.io" ? DOCKER_HUB_KEY : domain.toLowerCase(),
		repository: path,
		reference: digest ?? tag ?? "latest",
	};
}

function invalid(image: string, because: string): FailureError {
	return new FailureError({ cause: "image-invalid", image, because });
}

function splitDomain(image: string): { domain: string; rest: string } {
	const slash = image.indexOf("/");
	const first = image.slice(0, Math.max(slash, 0));
	const isHost =
		slash >= 0 &&
		(first === "localhost" ||
			/[.:]/.test(first) ||
			first !== first.toLowerCase());
	const rest = isHost ? image.slice(slash + 1) : image;
	const domain = !isHost || first === "index.docker.io" ? "docker.io" : first;
	return {
		domain,
		rest:
			domain === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest,
	};
}

function digestFault(digest: string): string | undefined {
	const colon = digest.indexOf(":");
	const length = DIGEST_LENGTHS.get(digest.slice(0, colon));
	const hex = digest.slice(colon + 1);
	if (/[A-Z]/.test(digest.slice(0, colon)))
		return "invalid checksum digest format";
	if (length === undefined) return "unsupported digest algorithm";
	if (hex.length !== length) return "invalid checksum digest length";
	return /^[a-f0-9]+$/.test(hex) ? undefined : "invalid checksum digest format";
}

function suffix({ tag, digest }: ImageReference): string {
	return `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

// Two components of path, because one alone would be completed to docker.io/library/….
function registryPrefix(root: string): string {
	const probe = readImageReference(`${root}/x/x`);
	if (typeof probe === "string") throw invalid(root, probe);
	return repositoryOf(probe).slice(0, -"/x/x".length);
}
