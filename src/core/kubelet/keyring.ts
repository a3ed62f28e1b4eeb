import type { Credential } from "../credentials/credential.ts";
import type { AuthEntry } from "../credentials/entry.ts";
import { globMatches } from "../glob.ts";
import { compare } from "../order.ts";
import { parseSchemeless, splitPort, toBytes } from "../registry/url.ts";
import { rememberedLately } from "../remembered.ts";
import {
	type ImageReference,
	readImageReference,
	repositoryOf,
	withDefaultTag,
} from "./image-reference.ts";
import { isPullSecretType, readEntries } from "./secret-entries.ts";

/**
 * The kubelet's way of finding credentials for an image, as Kubernetes 1.37 has it:
 * https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/credentialprovider/keyring.go
 */

/** A Secret, or a docker config read as one. */
export interface PullSource {
	/** What to call it: `NAMESPACE/NAME`, a path. */
	readonly from: string;
	readonly type: string;
	/** The text under the type's data key; undefined where the key is missing. */
	readonly data: string | undefined;
}

/** One credential that the kubelet would try. */
export interface KeyringMatch {
	readonly from: string;
	/** The key in `auths`, as written. */
	readonly key: string;
	/** User and password may both be empty: that still is a match, and fails at the registry. */
	readonly credential: Credential;
	readonly by: MatchedBy;
}

/**
 * What a match says of the image's host: that it is the entry's, that it is one of many that a key with
 * stars stands for, or nothing, where a kubelet takes a host without a dot or a port for Docker Hub.
 */
type MatchedBy = "host" | "stars" | "fallback";

/** What a kubelet would try for an image, or why it comes to nothing. */
export type KeyringAnswer =
	| {
			readonly outcome: "answered";
			readonly repository: string;
			/** `latest` where the image names neither tag nor digest; else empty where it names none. */
			readonly tag: string;
			readonly digest: string;
			/** In the order in which they are tried; none: the kubelet pulls anonymously. */
			readonly matches: readonly KeyringMatch[];
	  }
	/** The image is not a reference. */
	| { readonly outcome: "invalid-image"; readonly error: string }
	/** One source fails the whole lookup. */
	| ({ readonly outcome: "malformed" } & Malformed);

/** The key that Docker Hub's images fall back to when nothing matched. */
export const DOCKER_HUB = "index.docker.io";

/** The credentials of some sources, taken apart once for any number of images. */
export interface Keyring {
	readonly index: KeyIndex;
	/** By their places in the index. */
	readonly candidates: readonly Candidate[];
	/** The source that fails every lookup. */
	readonly malformed: Malformed | undefined;
}

/** A source that cannot be read, and its entries that are at fault. */
interface Malformed {
	readonly from: string;
	readonly error: string;
	/** As written; none where nothing in it can be read. */
	readonly keys: readonly string[];
	/** A kubelet reads it: it is we who do not look at so many keys. */
	readonly overfull?: true;
}

/** With more of them than anybody needs, a pod's pulls could keep whoever looks at them busy without end. */
const MOST_PATTERNS = 200;
/** Of one image, of which each is kept, shown and verified: any number of keys may say the same in other words. */
const MOST_MATCHES = 200;
/** Of keys with stars that all differ, where each source is asked by itself. */
const MOST_SEPARATE_PATTERNS = 1000;

/**
 * Reads sources in their order, up to the first that a kubelet cannot read, or that has more keys with
 * stars than are looked at (200 together).
 */
export function readKeyring(sources: readonly PullSource[]): Keyring {
	const index = new KeyIndex();
	const candidates: Candidate[] = [];
	for (const source of sources) {
		const part = partOf(source);
		if ("error" in part) return { index, candidates, malformed: part };
		for (const candidate of part) {
			index.add(candidate.normalised);
			candidates.push(candidate);
		}
		if (index.patterns > MOST_PATTERNS)
			return {
				index,
				candidates,
				malformed: overfull(
					source.from,
					`${MOST_PATTERNS} keys with stars, which are not looked at`,
				),
			};
	}
	return { index, candidates, malformed: undefined };
}

function overfull(from: string, what: string): Malformed {
	return { from, error: `more than ${what}`, keys: [], overfull: true };
}

/**
 * Finds the first of these sources that by itself has a credential for an image, in the same time however many there
 * are. Those that a kubelet cannot read are passed over, and so is what has keys with stars beyond those looked at.
 */
export function firstMatching<Source extends PullSource>(
	sources: readonly Source[],
): (image: string) => Source | undefined {
	const index = new KeyIndex();
	const owners: Source[] = [];
	for (const source of sources) {
		const part = partOf(source);
		if ("error" in part) continue;
		// What an earlier one has is no news.
		const own = part.filter(({ normalised }) => !index.has(normalised));
		const patterns = own.filter(hasStars).length;
		if (
			patterns > MOST_PATTERNS ||
			index.patterns + patterns > MOST_SEPARATE_PATTERNS
		)
			continue;
		for (const { normalised } of own) {
			index.add(normalised);
			owners.push(source);
		}
	}
	return (image) => {
		const reading = readImageReference(image);
		if (typeof reading === "string") return undefined;
		const target = targetOf(repositoryOf(withDefaultTag(reading)));
		const places = [...index.matching(target), ...index.fallbacks(target)];
		return owners[Math.min(...places)];
	};
}

/** Keys of keyrings that are kept at once: their Secrets, and how many pods name which of them, others write. */
const MOST_KEPT = 100_000;

/** As `rememberedLately` does, keyrings. */
export function keyringsLately<About>(
	work: (about: About) => Keyring,
): (about: About) => Keyring {
	return rememberedLately(MOST_KEPT, ({ index }) => 1 + index.size, work);
}

/** The keyring of one source alone, read once however many images are asked about. */
export const keyringOf = keyringsLately((source: PullSource) =>
	readKeyring([source]),
);

/** What one source gives to every keyring that it is in: a thousand pods may name the same Secrets, each with others. */
const partOf = rememberedLately(
	MOST_KEPT,
	(part) => 1 + ("error" in part ? part.keys.length : part.length),
	({ from, type, data }: PullSource): readonly Candidate[] | Malformed => {
		if (!isPullSecretType(type) || !data) return [];
		const config = readEntries(type, data);
		if (!config.ok) return { from, error: config.error, keys: [] };
		const entries = [...config.auths];
		if (config.fault) {
			const broken = entries.filter(([, { fault }]) => fault);
			return {
				from,
				error: config.fault.error,
				keys: broken.map(([key]) => key),
			};
		}
		return entries.flatMap(([key, entry]): Candidate[] => {
			const normalised = normaliseKey(key);
			if (normalised === undefined) return [];
			return [{ from, key, entry, normalised }];
		});
	},
);

/** What matched; nothing where the keyring could not be asked. */
export function matchesOf(answer: KeyringAnswer): readonly KeyringMatch[] {
	return answer.outcome === "answered" ? answer.matches : [];
}

/**
 * Which credentials a kubelet would try for an image, and in what order: by normalised key,
 * the last in byte order first, ties in the order of the sources and of their text.
 * Any input is answered; errors are in the kubelet's words.
 */
export function lookUp(image: string, keyring: Keyring): KeyringAnswer {
	const reading = readImageReference(image);
	if (typeof reading === "string")
		return {
			outcome: "invalid-image",
			error: `couldn't parse image name: ${reading}`,
		};
	const { malformed, index, candidates } = keyring;
	if (malformed !== undefined) return { outcome: "malformed", ...malformed };
	const reference = withDefaultTag(reading);
	const repository = repositoryOf(reference);
	const matching: Candidate[] = [];
	for (const place of index.tried(targetOf(repository))) {
		const candidate = candidates[place] as Candidate;
		if (matching.length === MOST_MATCHES) {
			const what = `${MOST_MATCHES} keys for this image, which are not looked at`;
			return { outcome: "malformed", ...overfull(candidate.from, what) };
		}
		matching.push(candidate);
	}
	matching.sort((a, b) => compare(b.normalised, a.normalised));
	return {
		outcome: "answered",
		repository,
		tag: reference.tag ?? "",
		digest: reference.digest ?? "",
		matches: matching.map((candidate) => ({
			from: candidate.from,
			key: candidate.key,
			credential: candidate.entry.credential(),
			by: matchedBy(candidate, reference),
		})),
	};
}

function matchedBy(
	candidate: Candidate,
	{ domain }: ImageReference,
): MatchedBy {
	if (candidate.normalised === DOCKER_HUB && domain !== "docker.io")
		return "fallback";
	return hasStars(candidate) ? "stars" : "host";
}

/** Whether a kubelet would try some credential for an image. */
export function hasMatch(image: string, keyring: Keyring): boolean {
	return matcherOf(image)(keyring);
}

/** The same of any number of keyrings: somebody else decides how many, and the image is taken apart once. */
export function matcherOf(image: string): (keyring: Keyring) => boolean {
	const reading = readImageReference(image);
	if (typeof reading === "string") return () => false;
	const target = targetOf(repositoryOf(withDefaultTag(reading)));
	return ({ malformed, index }) =>
		malformed === undefined && index.tried(target).next().done === false;
}

/** As lookUp, for one image. */
export function findCredentials(
	image: string,
	sources: readonly PullSource[],
): KeyringAnswer {
	return lookUp(image, readKeyring(sources));
}

/**
 * A key in `auths` as the kubelet keeps it: host and path, without the scheme and
 * without `/v1` or `/v2` before a further slash; undefined for a key that it ignores.
 */
export function normaliseKey(key: string): string | undefined {
	if (LITERAL.test(key) && !/^[^/]*\/(?:$|v[12]\/)/.test(key)) return key;
	const url = parseSchemeless(toBytes(key).replace(/^https?:\/\//, ""));
	if (url === undefined) return undefined;
	const path = /^\/v[12]\//.test(url.path) ? url.path.slice(3) : url.path;
	return path === "/" ? url.host : url.host + path;
}

interface Candidate {
	readonly from: string;
	readonly key: string;
	readonly normalised: string;
	readonly entry: AuthEntry;
}

/** A key that says what it says: for speed alone, the rules come to the same. */
const LITERAL = /^[\w.-]+(?::[0-9]+)?(?:\/[\w./-]*)?$/;

/** A registry's address, or a repository's, in the parts that are compared. */
export interface Address {
	readonly name: string;
	readonly port: string;
	readonly path: string;
}

/** What is looked for: a repository, taken apart. */
interface Target {
	/** undefined where a kubelet cannot use it. */
	readonly address: Address | undefined;
	/** Where nothing matches, Docker Hub's entry is tried. */
	readonly fallsBack: boolean;
}

function targetOf(repository: string): Target {
	return {
		address: addressOf(repository),
		fallsBack: isDockerHub(repository),
	};
}

/** Normalised keys by what they cover: what is found for an image takes no longer the more there are. */
class KeyIndex {
	#size = 0;
	/** Of those without stars, by what they cover, the last place, and of each place the one before: there may be 100,000. */
	readonly #literal = new Map<string, number>();
	readonly #before = new Map<number, number>();
	/** Those with stars, which have to be compared one by one. */
	readonly #patterns: (readonly [place: number, key: Address])[] = [];
	readonly #starred = new Set<string>();
	readonly #hub: number[] = [];

	get size(): number {
		return this.#size;
	}

	/** How many have stars. */
	get patterns(): number {
		return this.#patterns.length;
	}

	/** Whether it has the same key. */
	has(normalised: string): boolean {
		if (this.#starred.has(normalised)) return true;
		const address = addressOf(normalised);
		return (
			address !== undefined &&
			this.#literal.has(coveredBy(address, address.path))
		);
	}

	/** Places count from 0. */
	add(normalised: string): void {
		const place = this.#size++;
		if (normalised === DOCKER_HUB) this.#hub.push(place);
		const address = addressOf(normalised);
		if (address === undefined) return;
		if (isPattern(address.name)) {
			this.#patterns.push([place, address]);
			this.#starred.add(normalised);
			return;
		}
		const written = coveredBy(address, address.path);
		// Its own string is there already.
		const covered = written === normalised ? normalised : written;
		const before = this.#literal.get(covered);
		if (before !== undefined) this.#before.set(place, before);
		this.#literal.set(covered, place);
	}

	/** Places of what a kubelet would try, in no order but that of equal keys. */
	*tried(target: Target): Generator<number> {
		let isCovered = false;
		for (const place of this.matching(target)) {
			isCovered = true;
			yield place;
		}
		if (!isCovered) yield* this.fallbacks(target);
	}

	/** Places, in the order of `add` where keys are equal, of those that cover it. */
	*matching({ address }: Target): Generator<number> {
		if (address === undefined) return;
		const { path } = address;
		for (let end = 0; end <= path.length; end++) {
			const equal: number[] = [];
			let place = this.#literal.get(coveredBy(address, path.slice(0, end)));
			for (; place !== undefined; place = this.#before.get(place))
				equal.push(place);
			yield* equal.reverse();
		}
		for (const [place, key] of this.#patterns)
			if (covers(key, address)) yield place;
	}

	/** Places of those that are tried where none covers it. */
	fallbacks({ fallsBack }: Target): readonly number[] {
		return fallsBack ? this.#hub : [];
	}
}

function hasStars({ normalised }: Candidate): boolean {
	// Of most there is no need to look where they stand.
	if (!isPattern(normalised)) return false;
	const address = addressOf(normalised);
	return address !== undefined && isPattern(address.name);
}

/** One string for all addresses without stars that cover the same: most often the key as it is written. */
function coveredBy({ name, port }: Address, path: string): string {
	return port === "" ? name + path : `${name}\n${port}${path}`;
}

/**
 * Whether a key covers a repository. It is taken apart a second time for this, as in the kubelet: a percent sign that
 * the first time left over is decoded, or makes the key unusable.
 */
export function covers(key: Address | undefined, target: Address): boolean {
	return (
		key !== undefined &&
		key.port === target.port &&
		target.path.startsWith(key.path) &&
		hostMatches(key.name, target.name)
	);
}

/** Of a normalised key or a full repository name; undefined where a kubelet cannot use it. */
export function addressOf(text: string): Address | undefined {
	const url = parseSchemeless(text);
	return url && { ...splitPort(url.host), ...url };
}

/** Longer ones are no hosts (RFC 1035, section 2.3.4), and would take time in the square of their length. */
const LONGEST_HOST = 255;

/** Whether a key's host may stand for more than one. */
export function isPattern(host: string): boolean {
	return /[*[]/.test(host);
}

/** Whether a key's host covers an image's: label by label, a star does not reach across a dot. */
export function hostMatches(pattern: string, name: string): boolean {
	if (!isPattern(pattern)) return pattern === name;
	if (name.length > LONGEST_HOST || pattern.length > LONGEST_HOST) return false;
	const labels = name.split(".");
	const patterns = pattern.split(".");
	return (
		patterns.length === labels.length &&
		patterns.every((part, index) => globs(part, labels[index] ?? ""))
	);
}

/** Also the hosts without a dot or a port, `localhost` among them: the kubelet takes them for Docker Hub's. */
function isDockerHub(repository: string): boolean {
	const first = repository.split("/", 1)[0] ?? "";
	return first === "docker.io" || !/[.:]/.test(first);
}

/**
 * The brackets of an IPv6 address without a port make it a choice of one character, which is why such a key does
 * not match its own address.
 */
function globs(pattern: string, label: string): boolean {
	return pattern.startsWith("[")
		? label.length === 1 && pattern.slice(1, -1).includes(label)
		: globMatches(pattern, label);
}
