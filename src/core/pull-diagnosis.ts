import { registryServerOf } from "./explanation.ts";
import {
	type Facts,
	type PodFacts,
	type PullSecretFacts,
	SECRETS,
	type Waiting,
} from "./facts.ts";
import {
	type Keyring,
	type KeyringAnswer,
	lookUp,
	readKeyring,
} from "./keyring.ts";
import { causeOf, type PullCause } from "./pull-failures.ts";

/** Why a pod cannot pull, told apart by what its own pull Secrets say. */
export type ProblemKind =
	| Exclude<
			PullCause,
			"missing-secret" | "no-credentials" | "denied" | "unauthorized"
	  >
	/** Its namespace has no Secret that would do, and the source would. */
	| "no-secret"
	/** It names a Secret that is not there. */
	| "secret-missing"
	/** A Secret of its namespace would do, and neither it nor its account names it. */
	| "not-attached"
	/** What it needs was given to its account or written after it was made. */
	| "pod-older"
	/** No pull Secret that is known has a key for the registry. */
	| "no-key"
	/** The credential is tried; the registry gives no right, or has no such repository. */
	| "no-right";

export type PullProblem = {
	readonly kind: ProblemKind;
	readonly pod: PodFacts;
	readonly image: string;
	/** As `--registry-server` takes it; "" for what is no image reference. */
	readonly host: string;
	/** `NAMESPACE/NAME` of the Secret that it is about; "" where it is about none. */
	readonly secret: string;
};

/** Everything that the waiting containers of the pods wait for, one problem for each image of a pod. */
export function diagnose(keyrings: Keyrings): PullProblem[] {
	return keyrings.facts.pods.flatMap((pod) => {
		const images = new Map(pod.waiting.map((said) => [said.image, said]));
		return [...images.values()].map((said) => diagnoseOne(pod, said, keyrings));
	});
}

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
	has({ pod, image }: Pick<PullProblem, "pod" | "image">): boolean {
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

/** Causes about which the pod's pull Secrets say more than the message. */
const ABOUT_CREDENTIALS: ReadonlySet<PullCause> = new Set([
	"missing-secret",
	"no-credentials",
	"denied",
	"unauthorized",
	"forbidden",
	"rejected",
	"expired-token",
	"never-pull",
	"malformed-secret",
]);

function diagnoseOne(
	pod: PodFacts,
	said: Waiting,
	keyrings: Keyrings,
): PullProblem {
	const { image } = said;
	const problem = (kind: ProblemKind, secret = ""): PullProblem => ({
		kind,
		pod,
		image,
		host: registryServerOf(image) ?? "",
		secret,
	});
	const cause = causeOf({ ...said, events: pod.events });
	const answer = keyrings.ask(pod, image);
	if (answer.outcome === "invalid-image") return problem("invalid-reference");
	if (answer.outcome === "malformed")
		return problem("malformed-secret", answer.from);
	if (keyrings.blind || !ABOUT_CREDENTIALS.has(cause))
		return problem(plain(cause));
	const [first] = answer.matches;
	if (first === undefined)
		return withoutMatch(pod, image, keyrings, problem, cause);
	switch (cause) {
		case "rejected":
		case "unauthorized":
			return problem("rejected", first.from);
		case "expired-token":
		case "forbidden":
			return problem(cause, first.from);
		case "denied":
			return problem("no-right", first.from);
		case "never-pull":
			return problem("never-pull");
		default:
			// It was said before the Secret was there; nothing else is wrong.
			return problem("pod-older", first.from);
	}
}

function withoutMatch(
	pod: PodFacts,
	image: string,
	keyrings: Keyrings,
	problem: (kind: ProblemKind, secret?: string) => PullProblem,
	cause: PullCause,
): PullProblem {
	if (cause === "never-pull") return problem("never-pull");
	const [here] = keyrings.wouldMatch(pod.namespace, image);
	if (here !== undefined) {
		const { from } = here.source;
		const name = from.slice(pod.namespace.length + 1);
		return keyrings.accountSecrets(pod).includes(name) &&
			!keyrings.hasOwnList(pod)
			? problem("pod-older", from)
			: problem("not-attached", from);
	}
	const missing = keyrings.missing(pod);
	// A source without a key for the registry would not help where its copy is missing.
	const ours = `${pod.namespace}/${keyrings.facts.source?.name}`;
	if (keyrings.sourceHas(image))
		return missing.includes(ours)
			? problem("secret-missing", ours)
			: problem("no-secret");
	const first = missing.find((ref) => ref !== ours);
	return first === undefined
		? problem("no-key")
		: problem("secret-missing", first);
}

function plain(cause: PullCause): ProblemKind {
	switch (cause) {
		case "missing-secret":
			return "secret-missing";
		case "no-credentials":
		case "denied":
		case "unauthorized":
			return "no-key";
		default:
			return cause;
	}
}

function matches(answer: KeyringAnswer): number {
	return answer.outcome === "answered" ? answer.matches.length : 0;
}
