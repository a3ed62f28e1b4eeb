import {
	type Keyring,
	type KeyringAnswer,
	lookUp,
	readKeyring,
} from "../kubelet/keyring.ts";
import {
	type Facts,
	type PodFacts,
	type PullSecretFacts,
	SECRETS,
} from "./facts.ts";

/** The keyrings of pods, each distinct one taken apart once. */
export class Keyrings {
	readonly facts: Facts;
	readonly #byNames = new Map<string, Keyring>();
	readonly #alone = new Map<PullSecretFacts, Keyring>();
	readonly #byNamespace: ReadonlyMap<string, readonly PullSecretFacts[]>;
	readonly #accounts: ReadonlyMap<string, readonly string[]>;
	readonly #source: Keyring;
	readonly #sourceHas = new Map<string, boolean>();

	constructor(facts: Facts) {
		this.facts = facts;
		this.#byNamespace = Map.groupBy(
			facts.pullSecrets.values(),
			({ source }) => source.from.split("/", 1)[0] ?? "",
		);
		this.#accounts = new Map(
			facts.accounts.map(({ namespace, name, secrets }) => [
				`${namespace}/${name}`,
				secrets,
			]),
		);
		const { source } = facts;
		this.#source = readKeyring(
			source === undefined
				? []
				: [
						{
							from: `${source.namespace}/${source.name}`,
							type: source.type,
							data: Buffer.from(source.content.data, "base64").toString("utf8"),
						},
					],
		);
	}

	/** Secrets may not be read, so that nothing is known of what pods have. */
	get blind(): boolean {
		return this.facts.unread.some(({ what }) => what === SECRETS);
	}

	/** What the pod's own list gives for an image. */
	ask({ namespace, secrets }: PodFacts, image: string): KeyringAnswer {
		const key = [namespace, ...secrets].join(" ");
		const keyring =
			this.#byNames.get(key) ??
			readKeyring(
				secrets.flatMap(
					(name) =>
						this.facts.pullSecrets.get(`${namespace}/${name}`)?.source ?? [],
				),
			);
		this.#byNames.set(key, keyring);
		return lookUp(image, keyring);
	}

	/** Whether the source has a credential for an image. */
	sourceHas(image: string): boolean {
		const has =
			this.#sourceHas.get(image) ?? matches(lookUp(image, this.#source)) > 0;
		this.#sourceHas.set(image, has);
		return has;
	}

	/** The Secrets of a namespace that would match an image, each by itself. */
	wouldMatch(namespace: string, image: string): PullSecretFacts[] {
		return (this.#byNamespace.get(namespace) ?? []).filter((secret) => {
			const keyring = this.#alone.get(secret) ?? readKeyring([secret.source]);
			this.#alone.set(secret, keyring);
			return matches(lookUp(image, keyring)) > 0;
		});
	}

	/** Whether the pod's own Secrets have a credential for what it waits for. */
	has({
		pod,
		image,
	}: {
		readonly pod: PodFacts;
		readonly image: string;
	}): boolean {
		return matches(this.ask(pod, image)) > 0;
	}

	/** Its template has a list, which the service account's does not add to. */
	hasOwnList(pod: PodFacts): boolean {
		const account = this.accountSecrets(pod);
		return pod.secrets.some((name) => !account.includes(name));
	}

	accountSecrets({ namespace, account }: PodFacts): readonly string[] {
		return this.#accounts.get(`${namespace}/${account}`) ?? [];
	}

	/** The Secrets that a pod names and that are not there, of whatever type. */
	missing({ namespace, secrets }: PodFacts): string[] {
		return secrets
			.map((name) => `${namespace}/${name}`)
			.filter(
				(ref) =>
					!this.facts.pullSecrets.has(ref) && !this.facts.otherSecrets.has(ref),
			);
	}
}

function matches(answer: KeyringAnswer): number {
	return answer.outcome === "answered" ? answer.matches.length : 0;
}
