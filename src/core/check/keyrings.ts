import {
	hasMatch,
	type Keyring,
	type KeyringAnswer,
	lookUp,
	matcherOf,
	matchesOf,
	readKeyring,
} from "../kubelet/keyring.ts";
import { type NearMiss, nearMisses } from "../kubelet/near-miss.ts";
import { providerFor } from "../kubelet/pod-secrets.ts";
import { pullSourceOfKey } from "../pull-secrets/pull-secret.ts";
import { type Standing, standingOf } from "../pull-secrets/record.ts";
import {
	type AccountFacts,
	type Facts,
	hasOwnList,
	heededSince,
	isUnread,
	judgedPolicies,
	type PodFacts,
	type SecretFacts,
	type SourceFacts,
} from "./facts.ts";

/** The keyrings of pods, each distinct one taken apart once. */
export class Keyrings {
	readonly #byNames = new Map<string, Keyring>();
	readonly #alone = new Map<SecretFacts, Keyring>();
	readonly #byNamespace: ReadonlyMap<string, readonly SecretFacts[]>;
	readonly #accounts: ReadonlyMap<string, AccountFacts>;
	readonly #sources: readonly (readonly [SourceFacts, Keyring])[];
	readonly #found = new Map<string, readonly SourceFacts[]>();
	/** Sources whose policies are as they should be, and since when pods are sure to get theirs. */
	readonly #inForce: ReadonlyMap<SourceFacts, number>;

	constructor(readonly facts: Facts) {
		this.#byNamespace = Map.groupBy(
			facts.secrets.values(),
			({ namespace }) => namespace,
		);
		this.#accounts = new Map(
			facts.accounts.map((account) => [
				`${account.namespace}/${account.name}`,
				account,
			]),
		);
		this.#sources = facts.sources.map((source) => [
			source,
			readKeyring([pullSourceOfKey(source.secret)]),
		]);
		this.#inForce = new Map(
			facts.sources
				.filter((source) => judgedPolicies(source)?.faults.length === 0)
				.map((source) => [source, heededSince(source)]),
		);
	}

	/** Secrets may not be read, so that nothing is known of what pods have. */
	get blind(): boolean {
		return isUnread(this.facts, "secrets");
	}

	/** What the pod's own list gives for an image. */
	ask({ namespace, secrets }: PodFacts, image: string): KeyringAnswer {
		const key = [namespace, ...secrets].join(" ");
		const keyring = this.#byNames.getOrInsertComputed(key, () =>
			readKeyring(
				secrets.flatMap(
					(name) => this.secret(`${namespace}/${name}`)?.source ?? [],
				),
			),
		);
		return lookUp(image, keyring);
	}

	/** A pull Secret by `NAMESPACE/NAME`. */
	secret(ref: string): SecretFacts | undefined {
		return this.facts.secrets.get(ref);
	}

	/**
	 * The source with a credential for an image: one that was sent to the namespace, else the first;
	 * undefined where none has.
	 */
	sourceFor(namespace: string, image: string): SourceFacts | undefined {
		const able = this.#found.getOrInsertComputed(image, () =>
			this.#sources
				.filter(([, keyring]) => hasMatch(image, keyring))
				.map(([source]) => source),
		);
		return able.find((source) => this.isServed(source, namespace)) ?? able[0];
	}

	/** Whether a source gives for an image what a Secret gives, under the same keys. */
	givesSame(source: SourceFacts, secret: SecretFacts, image: string): boolean {
		const ring = this.#sources.find(([one]) => one === source)?.[1];
		const given = ring ? matchesOf(lookUp(image, ring)) : [];
		const there = matchesOf(lookUp(image, this.#ringOf(secret)));
		return (
			given.length === there.length &&
			given.every(
				({ key, credential }, at) =>
					key === there[at]?.key && credential.equals(there[at].credential),
			)
		);
	}

	/** Whether the source's record sends it to a namespace, or it is there itself. */
	isServed(source: SourceFacts, namespace: string): boolean {
		return (
			source.secret.namespace === namespace || this.isSent(source, namespace)
		);
	}

	/** Whether the source's record sends it to a namespace. */
	isSent(source: SourceFacts, namespace: string): boolean {
		return this.attachedIn(source, namespace) !== undefined;
	}

	/** The accounts of a namespace that the source's record attaches, `*` for all; undefined: it does not send it there. */
	attachedIn(
		source: SourceFacts,
		namespace: string,
	): readonly string[] | undefined {
		const standing = this.standing(source, namespace);
		return standing?.is === "served" ? standing.attach : undefined;
	}

	/** What the source's record means for a namespace; undefined: nothing. */
	standing({ record }: SourceFacts, namespace: string): Standing | undefined {
		const known = this.facts.namespaces.get(namespace) ?? "unknown";
		return record && standingOf(record, namespace, known);
	}

	/** Whether a source by itself has a credential for an image. */
	isSourceFor(source: SourceFacts, image: string): boolean {
		const keyring = this.#sources.find(([one]) => one === source)?.[1];
		return keyring !== undefined && hasMatch(image, keyring);
	}

	/**
	 * Whether a pod's namesake, made now, would get a pull secret by the admission policies of its source:
	 * they are as they should be, and the pod is from before.
	 */
	getsByPolicy({ namespace, created }: PodFacts, name: string): boolean {
		return this.facts.sources.some((source) => {
			if (source.secret.name !== name || !this.isSent(source, namespace))
				return false;
			const since = this.#inForce.get(source);
			return since !== undefined && (created === undefined || created < since);
		});
	}

	/** The Secrets of a namespace that would match an image, each by itself. */
	wouldMatch(namespace: string, image: string): SecretFacts[] {
		const matches = matcherOf(image);
		return (this.#byNamespace.get(namespace) ?? []).filter((secret) =>
			matches(this.#ringOf(secret)),
		);
	}

	/** Of a Secret by itself. */
	#ringOf(secret: SecretFacts): Keyring {
		return this.#alone.getOrInsertComputed(secret, () =>
			readKeyring([secret.source]),
		);
	}

	/** Whether the pod's own Secrets have a credential for an image. */
	has(pod: PodFacts, image: string): boolean {
		return matchesOf(this.ask(pod, image)).length > 0;
	}

	/** What comes nearest to a credential for an image, beyond what would match in the namespace. */
	nearest(pod: PodFacts, image: string): NearMiss | undefined {
		const own = pod.secrets.flatMap(
			(name) =>
				this.secret(`${pod.namespace}/${name}`)?.source ??
				this.facts.otherSecrets.get(`${pod.namespace}/${name}`) ??
				[],
		);
		// That a source elsewhere would match is told in other ways.
		const [nearest] = nearMisses(image, own, []);
		return nearest;
	}

	hasOwnList(pod: PodFacts): boolean {
		return hasOwnList(pod, this.account(pod));
	}

	account({ namespace, account }: PodFacts): AccountFacts | undefined {
		return this.#accounts.get(`${namespace}/${account}`);
	}

	/** The credential provider that may answer for an image of the pod. */
	providerFor(pod: PodFacts, image: string): string | undefined {
		return providerFor(this.account(pod)?.provider, image);
	}

	/** Nothing makes a pod with it, and nothing can be attached to it. */
	isAccountGone(pod: PodFacts): boolean {
		return (
			this.account(pod) === undefined &&
			!isUnread(this.facts, "serviceaccounts")
		);
	}

	accountSecrets(pod: PodFacts): ReadonlySet<string> {
		return this.account(pod)?.secrets ?? new Set();
	}

	/** The Secrets that a pod names and that are not there, of whatever type. */
	missing({ namespace, secrets }: PodFacts): string[] {
		return secrets
			.map((name) => `${namespace}/${name}`)
			.filter((ref) => !this.isThere(ref));
	}

	/** Whether there is a Secret, of whatever type; where not all names could be read, there may be. */
	isThere(ref: string): boolean {
		return (
			this.facts.secrets.has(ref) ||
			this.facts.otherSecrets.has(ref) ||
			isUnread(this.facts, "secret-names")
		);
	}
}
