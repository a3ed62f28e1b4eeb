import {
	FILLED_IN,
	readImageReference,
	repositoryOf,
} from "../kubelet/image-reference.ts";
import { type KeyringAnswer, lookUp, readKeyring } from "../kubelet/keyring.ts";
import {
	type NearMiss,
	nearMisses,
	type OtherSource,
} from "../kubelet/near-miss.ts";
import type { NamedSecret, Puller } from "../kubelet/pod-secrets.ts";
import { PUBLIC_REGISTRIES } from "../registry/public.ts";
import { remembered } from "../remembered.ts";

/** Everything that `explain` has to tell about one image. */
export interface Explanation {
	readonly image: string;
	readonly puller: Puller;
	readonly secrets: readonly NamedSecret[];
	readonly answer: KeyringAnswer;
	/** What nearly matched, the nearest first, as far as it adds something; empty where something matches. */
	readonly near: readonly NearMiss[];
}

/** What a kubelet would do for an image with these Secrets; `others` explain a failure. */
export function explain(
	image: string,
	puller: Puller,
	secrets: readonly NamedSecret[],
	others: readonly OtherSource[],
): Explanation {
	const { sources, keyring } = keyringOf(secrets);
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
		near: nothing ? telling(nearMisses(image, sources, others)) : [],
	};
}

/** The images of one pod ask the same Secrets: how many of both there are, others decide. */
const keyringOf = remembered((secrets: readonly NamedSecret[]) => {
	const sources = secrets.flatMap(({ source }) => source ?? []);
	return { sources, keyring: readKeyring(sources) };
});

/** A Secret of the namespace that only has to be referenced says all; of those elsewhere one is enough. */
function telling(misses: readonly NearMiss[]): NearMiss[] {
	const here = misses.find(({ because }) => because === "unreferenced");
	if (here !== undefined) return [here];
	const [elsewhere] = misses.filter(
		({ because }) => because === "other-namespace",
	);
	return misses
		.filter((miss) => miss.because !== "other-namespace" || miss === elsewhere)
		.slice(0, 3);
}

/** The server that `--registry-server` takes for an image; undefined for what is no reference. */
export function registryServerOf(image: string): string | undefined {
	const reading = readImageReference(image);
	return typeof reading === "string"
		? undefined
		: repositoryOf(reading).split("/", 1)[0];
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
		!(puller.kind === "pod" && puller.refused.has(image)) &&
		PUBLIC_REGISTRIES.has(host)
	);
}
