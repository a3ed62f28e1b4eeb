import { partition } from "../groups.ts";
import { FILLED_IN, registryServerOf } from "../kubelet/image-reference.ts";
import {
	type KeyringAnswer,
	type KeyringMatch,
	keyringOf,
	lookUp,
	matchesOf,
	type PullSource,
	readKeyring,
} from "../kubelet/keyring.ts";
import { type NearMiss, nearMisses } from "../kubelet/near-miss.ts";
import { pullSourceOfKey } from "../pull-secrets/pull-secret.ts";
import { PUBLIC_REGISTRIES } from "../registry/public.ts";
import type { Verification } from "../registry/verification.ts";
import { remembered } from "../remembered.ts";
import type { AccountFacts, PodFacts } from "./facts.ts";
import type { Keyrings } from "./keyrings.ts";
import { refusedImages } from "./pull-diagnosis.ts";

/** Whose pull Secrets are asked about. */
export interface Puller {
	/** One without a name is the one that the account would have next, without a list of its own. */
	readonly pod: PodFacts;
	/** The pod's own; undefined where there is none of that name: nothing makes a pod with it, or can be attached to it. */
	readonly account: AccountFacts | undefined;
}

/** A Secret that a pod names, in the order in which it names them. */
export interface NamedSecret {
	readonly name: string;
	/** undefined: not there, which a kubelet skips. */
	readonly source: PullSource | undefined;
	/** No account names it: an admission policy adds it to pods as they are made. */
	readonly byPolicy?: true;
}

/** Everything that `explain` has to tell about one image. */
export interface Explanation {
	readonly image: string;
	/** undefined: nobody, but docker configs, without a cluster. */
	readonly puller: Puller | undefined;
	readonly secrets: readonly NamedSecret[];
	readonly answer: KeyringAnswer;
	/** What nearly matched, the nearest first, as far as it adds something; empty where something matches. */
	readonly near: readonly NearMiss[];
}

/** What a kubelet would do for an image with these Secrets; `keyrings`, where they are read, explain a failure. */
export function explain(
	image: string,
	puller: Puller | undefined,
	secrets: readonly NamedSecret[],
	keyrings?: Keyrings,
): Explanation {
	const { sources, keyring } = ringOf(secrets);
	const answer = lookUp(image, keyring);
	const nothing =
		answer.outcome === "answered" &&
		answer.matches.length === 0 &&
		image !== FILLED_IN;
	return {
		image,
		puller,
		secrets,
		answer,
		near: nothing ? nearest(image, sources, puller, keyrings) : [],
	};
}

/** What a kubelet makes of them, once for all images of a pod: how many of both there are, others decide. */
export const ringOf = remembered((secrets: readonly NamedSecret[]) => {
	const sources = secrets.flatMap(({ source }) => source ?? []);
	return { sources, keyring: readKeyring(sources) };
});

/**
 * A Secret of the namespace that only has to be referenced says all. Else the first that tell something: one that is
 * misread, then a source elsewhere, then keys that differ.
 */
function nearest(
	image: string,
	named: readonly PullSource[],
	puller: Puller | undefined,
	keyrings: Keyrings | undefined,
): NearMiss[] {
	const { namespace = "" } = puller?.pod ?? {};
	const here = keyrings?.wouldMatch(namespace, image);
	if (here !== undefined) return matchIn(here.source, image, "unreferenced");
	const elsewhere = keyrings?.facts.sources.find(
		(source) =>
			source.secret.namespace !== namespace &&
			keyrings.isSourceFor(source, image),
	);
	const [misread, different] = partition(
		nearMisses(image, named),
		({ because }) => because === "type" || because === "wrapper",
	);
	return [
		...misread,
		...(elsewhere
			? matchIn(pullSourceOfKey(elsewhere.secret), image, "other-namespace")
			: []),
		...different,
	].slice(0, 3);
}

/** The first key of a Secret that would match. */
function matchIn(
	source: PullSource,
	image: string,
	because: "unreferenced" | "other-namespace",
): NearMiss[] {
	const [match] = matchesOf(lookUp(image, keyringOf(source)));
	return match === undefined
		? []
		: [{ from: match.from, key: match.key, because }];
}

/** Nothing comes near a credential, the registry gives public images to anybody, and has not refused this one. */
export function isFineAnonymously({
	image,
	puller,
	answer,
	near,
}: Explanation): boolean {
	const host = registryServerOf(image);
	return (
		answer.outcome === "answered" &&
		answer.matches.length === 0 &&
		near.length === 0 &&
		host !== undefined &&
		image !== FILLED_IN &&
		!(puller && refusedImages(puller.pod).has(image)) &&
		PUBLIC_REGISTRIES.has(host)
	);
}

/** A credential that a kubelet would try, and what its registry said. */
export interface CredentialCheck {
	readonly match: KeyringMatch;
	/** undefined: there was nothing to try, for it is empty. */
	readonly verification: Verification | undefined;
}

/** Whether a kubelet could pull the image with it. */
export function works({ verification }: CredentialCheck): boolean {
	return (
		verification !== undefined &&
		"pullable" in verification &&
		verification.pullable !== undefined
	);
}

/** Whether it could not be found out: nobody has refused it. With an empty one runtimes pull as nobody. */
export function isOpen({ verification }: CredentialCheck): boolean {
	return (
		verification === undefined ||
		verification.outcome === "unverifiable" ||
		verification.outcome === "unreachable"
	);
}
