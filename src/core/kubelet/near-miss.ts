import type { Cases, None } from "../cases.ts";
import { DOCKER_HUB_HOSTS, DOCKER_HUB_SITES } from "../registry/server.ts";
import { remembered } from "../remembered.ts";
import { parseImageReference, repositoryOf } from "./image-reference.ts";
import {
	type Address,
	addressOf,
	covers,
	hostMatches,
	type Keyring,
	keyringOf,
	lookUp,
	matcherOf,
	matchesOf,
	normaliseKey,
	type PullSource,
} from "./keyring.ts";
import {
	isPullSecretType,
	PULL_SECRET_DATA,
	type PullSecretType,
	readEntries,
} from "./secret-entries.ts";

/** Why a credential that looks right is not used for an image. `key` is as written in `auths`. */
export type NearMiss = { readonly from: string; readonly key: string } & (
	| Difference
	/** The Secret has content that would match, under a type that kubelets pass over. */
	| { readonly because: "type"; readonly type: string }
	/** `auths` where the type has none, or none where it has. */
	| { readonly because: "wrapper"; readonly type: PullSecretType }
	/** In the pod's namespace, but the pod does not name it. */
	| { readonly because: "unreferenced" }
	/** In another namespace, where pods cannot use it. */
	| { readonly because: "other-namespace" }
);

/** How a key's address differs from the image's. */
type Difference = Cases<
	"because",
	{
		/** Empty where there is none: 443 is not implied. */
		port: { keyPort: string; imagePort: string };
		/** The path of the key is no prefix of the image's. */
		path: { keyPath: string };
		"letter-case": { host: string };
		"label-count": { keyLabels: number; imageLabels: number };
		/** One of Docker Hub's names that kubelets do not take for another. */
		"docker-hub-name": None;
		/** A host without dot and port: the image that begins with it is Docker Hub's. */
		"single-word": None;
		/** White space in the key, or a scheme that kubelets do not know: without it, the key would match. */
		"white-space": None;
		scheme: None;
		/** The same registry of a cloud, in another region. */
		region: { host: string };
	}
>;

const DOCKER_HUB_NAMES = DOCKER_HUB_HOSTS.union(DOCKER_HUB_SITES);

/** Amazon's registries: one of an account in each region. */
const ECR = /^(\d+)\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\./;

/**
 * What came near to matching an image for which `findCredentials` found nothing in
 * `sources`, the nearest first. Throws FailureError; malformed sources are passed over.
 */
export function nearMisses(
	image: string,
	sources: readonly PullSource[],
): readonly NearMiss[] {
	const wanted = addressOf(repositoryOf(parseImageReference(image)));
	const isMatch = matcherOf(image);
	const differing: { count: number; miss: NearMiss }[] = [];
	let left = MOST_COMPARED;
	for (const source of sources) {
		const keys = comparedKeys(source).slice(0, left);
		left -= keys.length;
		for (const parts of keys) {
			const found = wanted === undefined ? [] : differences(parts, wanted);
			const [first] = found;
			if (first)
				differing.push({
					count: found.length,
					miss: { from: source.from, key: parts.key, ...first },
				});
		}
	}
	return [
		...sources
			.slice(0, MOST_COMPARED)
			.flatMap((source) => misreadKey(image, isMatch, source) ?? []),
		...differing.sort((a, b) => a.count - b.count).map(({ miss }) => miss),
	];
}

/** A key, taken apart once for any number of images. */
interface KeyParts {
	readonly key: string;
	readonly address: Address;
	/** Without what, it would be a key. */
	readonly misspelled: "white-space" | "scheme" | undefined;
}

/** None where a kubelet cannot use it. */
function partsOf(key: string): KeyParts[] {
	const bare = key
		.replace(/\s/g, "")
		.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, "");
	const isWell = bare === key || /^https?:\/\//.test(key);
	const normalised = normaliseKey(isWell ? key : bare);
	const address = normalised === undefined ? undefined : addressOf(normalised);
	if (address === undefined) return [];
	const misspelled = /\s/.test(key) ? "white-space" : "scheme";
	return [{ key, address, misspelled: isWell ? undefined : misspelled }];
}

/** Everything that would have to change in a key; empty where it is about something else altogether. */
function differences(
	{ address: key, misspelled }: KeyParts,
	wanted: Address,
): readonly Difference[] {
	if (misspelled !== undefined)
		return covers(key, wanted) ? [{ because: misspelled }] : [];
	const names = nameDifference(key.name, wanted.name);
	if (names === "unrelated")
		return key.port === "" &&
			wanted.name === "docker.io" &&
			!key.name.includes(".") &&
			wanted.path.startsWith(`/${key.name}/`)
			? [{ because: "single-word" }]
			: [];
	const found: Difference[] = names === undefined ? [] : [names];
	if (key.port !== wanted.port)
		found.push({
			because: "port",
			keyPort: key.port,
			imagePort: wanted.port,
		});
	if (!wanted.path.startsWith(key.path))
		found.push({ because: "path", keyPath: key.path });
	return found;
}

function nameDifference(
	key: string,
	host: string,
): Difference | "unrelated" | undefined {
	if (hostMatches(key, host)) return undefined;
	const [a, b] = [key.toLowerCase(), host.toLowerCase()];
	if (a === b) return { because: "letter-case", host };
	if (DOCKER_HUB_NAMES.has(a) && DOCKER_HUB_NAMES.has(b))
		return { because: "docker-hub-name" };
	const account = ECR.exec(b)?.[1];
	if (account !== undefined && account === ECR.exec(a)?.[1])
		return { because: "region", host };
	// Without the labels in front that are stars alone.
	const fixed = a.replace(/^(?:\*\.)+/, "");
	const related = `.${b}`.endsWith(`.${fixed}`) || a.endsWith(`.${b}`);
	return related && fixed.includes(".")
		? {
				because: "label-count",
				keyLabels: a.split(".").length,
				imageLabels: b.split(".").length,
			}
		: "unrelated";
}

/** Of all Secrets, for one image: what comes near is only advice, and a Secret may hold ten thousand. */
const MOST_COMPARED = 200;
/** Nor are longer keys looked at: they are compared for each image anew. */
const LONGEST_KEY = 512;

/** The first keys of a Secret, in their order, each taken apart once. */
const comparedKeys = remembered(({ type, data }: PullSource) => {
	if (!isPullSecretType(type) || !data) return [];
	const config = readEntries(type, data);
	const keys = config.ok && !config.fault ? [...config.auths.keys()] : [];
	return keys
		.filter(({ length }) => length <= LONGEST_KEY)
		.slice(0, MOST_COMPARED)
		.flatMap(partsOf);
});

const READINGS = Object.keys(PULL_SECRET_DATA) as PullSecretType[];

/** The same content under the types that it does not have; the same values each time, for they are read once each. */
const otherReadings = remembered((source: PullSource) =>
	READINGS.filter((other) => other !== source.type).map((type) => ({
		...source,
		type,
	})),
);

/** Content that matches when read as the other type, or as a type at all. */
function misreadKey(
	image: string,
	isMatch: (keyring: Keyring) => boolean,
	source: PullSource,
): NearMiss | undefined {
	const { from, type } = source;
	for (const other of otherReadings(source)) {
		if (!isMatch(keyringOf(other))) continue;
		const [match] = matchesOf(lookUp(image, keyringOf(other)));
		if (match !== undefined)
			return isPullSecretType(type)
				? { from, key: match.key, because: "wrapper", type }
				: { from, key: match.key, because: "type", type };
	}
	return undefined;
}
