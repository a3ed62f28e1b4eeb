import {
	firstMatching,
	hasMatch,
	type KeyringAnswer,
	keyringOf,
	keyringsLately,
	lookUp,
	matchesOf,
	readKeyring,
} from "../kubelet/keyring.ts";
import { type NearMiss, nearMisses } from "../kubelet/near-miss.ts";
import { providerFor } from "../kubelet/pod-secrets.ts";
import type { Place } from "../output/input-failure.ts";
import { pullSourceOfKey } from "../pull-secrets/pull-secret.ts";
import { type Standing, standingOf } from "../pull-secrets/record.ts";
import { remembered, rememberedLately } from "../remembered.ts";
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

/** In characters of base64, of the namespaces that were looked through last: as much as is read of any of them. */
const MOST_FIRST = 2 << 20;

/** Of a source by itself. */
const ringOf = remembered(({ secret }: SourceFacts) =>
	readKeyring([pullSourceOfKey(secret)]),
);

/** Since when pods are sure to get a source by its policies; undefined where these are not as they should be. */
const inForceSince = remembered((source: SourceFacts) =>
	judgedPolicies(source)?.faults.length === 0 ? heededSince(source) : undefined,
);

/** The keyrings of pods, each distinct one taken apart once, and again where tenants have large ones. */
export class Keyrings {
	readonly #secretsIn: ReadonlyMap<string, readonly SecretFacts[]>;
	readonly #accounts: ReadonlyMap<string, AccountFacts>;
	readonly #found = new Map<string, readonly SourceFacts[]>();

	constructor(readonly facts: Facts) {
		this.#secretsIn = Map.groupBy(
			facts.secrets.values(),
			({ namespace }) => namespace,
		);
		this.#accounts = new Map(
			facts.accounts.map((account) => [
				`${account.namespace}/${account.name}`,
				account,
			]),
		);
	}

	/** Secrets may not be read, so that nothing is known of what pods have. */
	get blind(): boolean {
		return isUnread(this.facts, "secrets");
	}

	/** What the pod's own list gives for an image. */
	ask(pod: PodFacts, image: string): KeyringAnswer {
		return lookUp(image, this.#ofPod(pod));
	}

	// What a pod names is looked through once: it may have thousands of names, and of images.
	readonly #ofPod = keyringsLately(({ namespace, secrets }: PodFacts) =>
		this.#ofNames([namespace, ...secrets].join(" ")),
	);

	readonly #ofNames = keyringsLately((key: string) => {
		const [namespace, ...names] = key.split(" ");
		return readKeyring(
			names.flatMap(
				(name) => this.secret(`${namespace}/${name}`)?.source ?? [],
			),
		);
	});

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
			this.facts.sources.filter((source) => this.isSourceFor(source, image)),
		);
		return able.find((source) => this.isServed(source, namespace)) ?? able[0];
	}

	/** Whether a source gives for an image what a Secret gives, under the same keys. */
	givesSame(source: SourceFacts, secret: SecretFacts, image: string): boolean {
		const given = matchesOf(lookUp(image, ringOf(source)));
		const there = matchesOf(lookUp(image, keyringOf(secret.source)));
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
		return hasMatch(image, ringOf(source));
	}

	/**
	 * Whether a pod's namesake, made now, would get a pull secret by the admission policies of its source:
	 * they are as they should be, and the pod is from before.
	 */
	getsByPolicy({ namespace, created }: PodFacts, name: string): boolean {
		return this.facts.sources.some((source) => {
			if (source.secret.name !== name || !this.isSent(source, namespace))
				return false;
			const since = inForceSince(source);
			return since !== undefined && (created === undefined || created < since);
		});
	}

	/** The first Secret of a namespace that would match an image, by itself. */
	wouldMatch(namespace: string, image: string): SecretFacts | undefined {
		const found = this.#firstIn(namespace)(image);
		return found && this.secret(found.from);
	}

	/** Of a namespace, the first Secret that would match an image, by itself. */
	readonly #firstIn = rememberedLately(
		MOST_FIRST,
		(_, namespace: string): number =>
			(this.#secretsIn.get(namespace) ?? []).reduce(
				(sum, { key }) => sum + key.content.data.length,
				1,
			),
		(namespace: string) =>
			firstMatching(
				(this.#secretsIn.get(namespace) ?? []).map(({ source }) => source),
			),
	);

	/** Whether a Secret, `NAMESPACE/NAME`, would match an image by itself. */
	matchesAlone(ref: string, image: string): boolean {
		const secret = this.secret(ref);
		return secret !== undefined && hasMatch(image, keyringOf(secret.source));
	}

	/** Whether the pod's own Secrets have a credential for an image. */
	has(pod: PodFacts, image: string): boolean {
		return matchesOf(this.ask(pod, image)).length > 0;
	}

	/** What comes nearest to a credential for an image, beyond what would match in the namespace. */
	nearest(pod: PodFacts, image: string): NearMiss | undefined {
		// That a source elsewhere would match is told in other ways.
		const [nearest] = nearMisses(image, this.#own(pod));
		return nearest;
	}

	/** What a pod names, of whatever type. */
	readonly #own = remembered(({ namespace, secrets }: PodFacts) =>
		secrets.flatMap(
			(name) =>
				this.secret(`${namespace}/${name}`)?.source ??
				this.facts.otherSecrets.get(`${namespace}/${name}`) ??
				[],
		),
	);

	readonly hasOwnList = remembered((pod: PodFacts) =>
		hasOwnList(pod, this.account(pod)),
	);

	hasAccount({ namespace, name }: Place): boolean {
		return this.#accounts.has(`${namespace}/${name}`);
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
	readonly missing = remembered(({ namespace, secrets }: PodFacts) =>
		secrets
			.map((name) => `${namespace}/${name}`)
			.filter((ref) => !this.isThere(ref)),
	);

	/** Whether there is a Secret, of whatever type; where not all names could be read, there may be. */
	isThere(ref: string): boolean {
		return (
			this.facts.secrets.has(ref) ||
			this.facts.otherSecrets.has(ref) ||
			isUnread(this.facts, "secret-names")
		);
	}
}
