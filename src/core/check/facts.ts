import { attachedKeys } from "../accounts/attachment.ts";
import {
	desiredPolicies,
	enforcesSecrets,
	type PolicyFault,
	type PolicyObject,
	planPolicies,
} from "../accounts/policy.ts";
import type { Kept } from "../kept.ts";
import type { PullSource } from "../kubelet/keyring.ts";
import { containersOf, imageUses, statusesOf } from "../kubelet/pod-images.ts";
import {
	accountOf,
	hasNameless,
	namesOf,
	providerOf,
} from "../kubelet/pod-secrets.ts";
import { isPullFailure } from "../kubelet/pull-failures.ts";
import {
	LONGEST_MESSAGE,
	type PullEvent,
	type Waiting,
} from "../kubelet/pull-report.ts";
import { type Restart, restartOf } from "../kubelet/restart.ts";
import { changedOf, latest, timeOf } from "../object-times.ts";
import type {
	Container,
	ContainerStatus,
	Node,
	Pod,
	ServiceAccount,
} from "../objects.ts";
import type { SourceFailure } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import { startOf } from "../output/printable.ts";
import type { Script } from "../output/shell.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import { type PullSecret, registriesOf } from "../pull-secrets/pull-secret.ts";
import type {
	NamespaceKnowledge,
	RecordReading,
} from "../pull-secrets/record.ts";

/** What `check` judges: one snapshot, with what could not be read. Times are milliseconds since 1970. */
export interface Facts {
	/** The namespaces that are looked at; undefined: all. */
	readonly scope: readonly string[] | undefined;
	readonly now: number;
	readonly sourceNamespace: string;
	/** The name of the one that is checked; undefined: all that are there. */
	readonly only: string | undefined;
	readonly sources: readonly SourceFacts[];
	/** Why there is none; undefined where there is one, or it could not be looked for. */
	readonly sourceProblem: SourceFailure | undefined;
	/** What fixes things where there is no source yet. */
	readonly withoutSource: Fixes;
	/** Every Secret that a kubelet reads for pulling, by `NAMESPACE/NAME`. */
	readonly secrets: ReadonlyMap<string, SecretFacts>;
	/** Of the names that pods and accounts use and that are not among those: the Secrets of other types. */
	readonly otherSecrets: ReadonlyMap<string, PullSource>;
	readonly accounts: readonly AccountFacts[];
	readonly pods: readonly PodFacts[];
	/** The Namespaces that the records speak of, by name. */
	readonly namespaces: ReadonlyMap<string, NamespaceKnowledge>;
	/** The nodes that verify credentials of images that they have, as far as is known; all are to be taken for such. */
	readonly verifying: ReadonlySet<string> | "all";
	readonly unread: readonly Unread[];
}

/** A source, and what its record says. */
export interface SourceFacts extends RecordReading {
	readonly secret: PullSecret;
	readonly fixes: Fixes;
	/**
	 * Where pods are to pull with it by admission policies, what bears their names; "unsupported": the API server has
	 * no such kind; undefined: they are not to, or it may not be looked at.
	 */
	readonly policies: readonly PolicyObject[] | "unsupported" | undefined;
}

/** A pull Secret, whoever manages it. Times are milliseconds since 1970. */
export interface SecretFacts extends Place {
	readonly source: PullSource;
	readonly created: number | undefined;
	/** When its content was last written, as far as that is known. */
	readonly changed: number | undefined;
	/** As it says of itself. */
	readonly key: PullSecret;
}

/** What `check` knows of a service account. */
export interface AccountFacts extends Place {
	/** Of its pull Secrets; of these and the next, whoever writes the account decides how many there are. */
	readonly secrets: ReadonlySet<string>;
	/** Its list has an entry without a name. */
	readonly nameless: boolean;
	/** The names that attach added, as its annotation says. */
	readonly attached: ReadonlySet<string>;
	readonly changed: number | undefined;
	/** Whose credential provider pulls for its pods; undefined where none is known to. */
	readonly provider: string | undefined;
	/** Pods may use no pull Secret that it does not reference. */
	readonly enforcesSecrets: boolean;
}

/** A pod, as far as its images are concerned. Times are milliseconds since 1970. */
export interface PodFacts extends Place {
	readonly account: string;
	/** Of its pull Secrets, which it keeps for good. */
	readonly secrets: readonly string[];
	/** Its list of them has an entry without a name. */
	readonly nameless: boolean;
	readonly images: readonly string[];
	/** Those of containers that a kubelet reported as started, and of volumes then. A pod that no node has yet has none. */
	readonly started: readonly string[];
	readonly created: number | undefined;
	readonly node: string;
	/** A static pod's mirror: no pull Secret is used for it. */
	readonly isMirror: boolean;
	readonly restart: Restart;
	readonly waiting: readonly Waiting[];
	/** It is not made again: only ephemeral containers wait, which somebody added to debug it, or there is no such pod yet. */
	readonly stays: boolean;
	/** Containers are waited for, and none says why: it may be the sandbox. */
	readonly isStarting: boolean;
	/** Warnings about it, where they were needed and may be read. */
	readonly events: readonly PullEvent[];
}

/** What `check` reads, and may not be allowed to; and in which group of findings that is told, in this order. */
export const READABLES = {
	secrets: "credentials",
	source: "credentials",
	namespace: "pods",
	namespaces: "copies",
	serviceaccounts: "service accounts",
	"secret-names": "service accounts",
	pods: "pods",
	events: "pods",
	nodes: "pods",
	policies: "service accounts",
} as const;

export type Readable = keyof typeof READABLES;

/** What could not be looked at, and the error that says why. */
export interface Unread {
	readonly what: Readable;
	/** "" for all. */
	readonly namespace: string;
	readonly error: unknown;
}

/** What the pull Secrets of the scope say of themselves. */
export function keysIn({ secrets }: Facts): PullSecret[] {
	return [...secrets.values()].map(({ key }) => key);
}

/** Whether nothing is known of some kind of object. */
export function isUnread({ unread }: Facts, what: Readable): boolean {
	return unread.some((one) => one.what === what);
}

/**
 * Whether a pod's list is its template's, which the account's does not add to. A pod without one gets all of its
 * account's as it is made, so that one which has less than the account had by then did not; an entry without a name
 * is an entry
 * (https://github.com/kubernetes/kubernetes/blob/v1.37.2/plugin/pkg/admission/serviceaccount/admission.go, Admit).
 */
export function hasOwnList(
	pod: PodFacts,
	account: AccountFacts | undefined,
): boolean {
	const { secrets, created = Number.NEGATIVE_INFINITY } = pod;
	const { changed = Number.POSITIVE_INFINITY, nameless } = account ?? {};
	const own = account?.secrets ?? new Set();
	return (
		(pod.nameless && !nameless) ||
		secrets.some((name) => !own.has(name)) ||
		(secrets.length > 0 && secrets.length < own.size && changed < created)
	);
}

/** Whether a namespace is being deleted: nothing can be made there, nor is it wanted. */
export function isEnding({ namespaces }: Facts, name: string): boolean {
	const known = namespaces.get(name);
	return typeof known === "object" && known.terminating;
}

/** Whether a pod is alive: it has not ended, and is not going. */
export function isAlive({ metadata, status }: Pod): boolean {
	return (
		metadata.deletionTimestamp === undefined &&
		status?.phase !== "Succeeded" &&
		status?.phase !== "Failed"
	);
}

/** A pod, in the little that is needed of it. */
export function podFacts(pod: Pod): PodFacts {
	const { metadata, spec } = pod;
	const uses = imageUses(pod);
	const statuses = statusesOf(pod);
	const started = new Set(statuses.filter(hasStarted).map(({ name }) => name));
	const waits = waiting(containersOf(pod), statuses);
	const added = new Set(spec?.ephemeralContainers?.map(({ name }) => name));
	return {
		namespace: metadata.namespace ?? "",
		name: metadata.name ?? "",
		account: accountOf(pod),
		secrets: namesOf(spec),
		nameless: hasNameless(spec),
		images: [...new Set(uses.map(({ image }) => image))],
		started: uses.flatMap(({ image, by, name }) =>
			(by === "volume" ? started.size > 0 : started.has(name)) ? [image] : [],
		),
		created: timeOf(metadata.creationTimestamp),
		node: spec?.nodeName ?? "",
		isMirror:
			metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined ||
			(metadata.ownerReferences ?? []).some(({ kind }) => kind === "Node"),
		restart: restartOf(pod),
		waiting: waits,
		stays:
			waits.length > 0 && waits.every(({ container }) => added.has(container)),
		isStarting: statuses.some(
			({ state }) => state?.waiting?.reason === "ContainerCreating",
		),
		events: [],
	};
}

/** It runs or ran, or its image is on the node. */
function hasStarted({ state, imageID }: ContainerStatus): boolean {
	return (
		state?.running !== undefined ||
		state?.terminated !== undefined ||
		(imageID ?? "") !== ""
	);
}

function waiting(
	containers: readonly Container[],
	statuses: readonly ContainerStatus[],
): Waiting[] {
	const written = new Map(containers.map((one) => [one.name, one.image]));
	return statuses.flatMap(({ name, image = "", state }) => {
		const { reason = "", message = "" } = state?.waiting ?? {};
		return isPullFailure(reason)
			? {
					container: name,
					image: written.get(name) ?? image,
					reason,
					message: startOf(message, LONGEST_MESSAGE),
				}
			: [];
	});
}

/** A service account as its pods' pulls depend on it. */
export function accountFacts(account: ServiceAccount): AccountFacts {
	const { metadata } = account;
	const { namespace = "" } = metadata;
	return {
		namespace,
		name: metadata.name ?? "",
		secrets: new Set(namesOf(account)),
		nameless: hasNameless(account),
		attached: new Set(attachedKeys(account)),
		changed: changedOf(metadata),
		provider: providerOf(account),
		enforcesSecrets: enforcesSecrets(account),
	};
}

/** Of one of many pods, what is kept of the lists in it. */
export function keptPod(pod: PodFacts, { partOf }: Kept): PodFacts {
	const { namespace } = pod;
	const images = partOf(namespace, pod.images, lengthOf);
	return {
		...pod,
		secrets: partOf(namespace, pod.secrets, lengthOf),
		images,
		started:
			images === pod.images
				? pod.started
				: pod.started.filter((image) => images.includes(image)),
		waiting: partOf(
			namespace,
			pod.waiting,
			({ image, message }) => image.length + message.length,
		),
	};
}

/** The same of an account. */
export function keptAccount(
	account: AccountFacts,
	{ partOf }: Kept,
): AccountFacts {
	const part = (names: ReadonlySet<string>) =>
		new Set(partOf(account.namespace, [...names], lengthOf));
	const { secrets, attached } = account;
	return { ...account, secrets: part(secrets), attached: part(attached) };
}

function lengthOf({ length }: string): number {
	return length;
}

/** How long an API server may take to heed a policy that was written, in milliseconds: it looks every few seconds. */
const HEEDED_AFTER = 60_000;

/** From when on a source's policies change every pod that they mean; milliseconds since 1970. */
export function heededSince({ policies }: SourceFacts): number {
	const found = typeof policies === "object" ? policies : [];
	const times = found.flatMap(
		({ metadata }) =>
			changedOf(metadata) ?? timeOf(metadata.creationTimestamp) ?? [],
	);
	return (latest(times) ?? Number.POSITIVE_INFINITY) + HEEDED_AFTER;
}

/**
 * What is wrong with a source's policies, measured by its record and its registries, and whether these ask for any;
 * undefined: nothing is known of any, or of where it was sent.
 */
export function judgedPolicies({
	secret,
	record,
	policies,
}: SourceFacts):
	| { readonly faults: readonly PolicyFault[]; readonly needed: boolean }
	| undefined {
	const keys = registriesOf(secret.content);
	if (typeof policies !== "object" || record === undefined || keys.length === 0)
		return undefined;
	const desired = desiredPolicies({ source: secret, keys, record });
	return {
		faults: planPolicies(desired, policies, secret).filter(
			(change): change is PolicyFault => change.action !== "keep",
		),
		needed: desired.length > 0,
	};
}

/** From this minor version on, a kubelet wants to see a pod's credential for an image that another pod brought (KEP-2535). */
const VERIFIES_IMAGES = 35;

/** Whether a node's kubelet does, as its version says: https://kubernetes.io/releases/version-skew-policy/ */
export function verifiesImages({ status }: Node): boolean {
	const version = status?.nodeInfo?.kubeletVersion ?? "";
	const minor = /^v1\.([0-9]{1,4})\b/.exec(version)?.[1];
	return Number(minor) >= VERIFIES_IMAGES;
}

/** What a user may ask to do; without a namespace everywhere. */
export interface Access {
	readonly resource: string;
	readonly verb: string;
	readonly namespace?: string;
}

/** The commands about what bears a name: those of its source, where there is one. */
export function fixesFor(
	{ sources, withoutSource }: Facts,
	name: string,
): Fixes {
	const source = sources.find(({ secret }) => secret.name === name);
	return source?.fixes ?? withoutSource;
}

/**
 * Copies a source to namespaces that its record serves, and lets accounts there pull with it. Where a
 * rule serves them, their names are not given: they would stand in the record when the rule no longer does; nor
 * where its other copies have to follow as well.
 */
export function sendingTo(
	{ record, fixes }: SourceFacts,
	namespaces: readonly string[],
	accounts: readonly string[] = [],
	othersFollow = false,
): (Script | undefined)[] {
	if (!othersFollow && namespaces.every((name) => record?.names.has(name)))
		return [fixes.sync(namespaces, accounts)];
	return [
		fixes.syncRecorded(),
		...(accounts.length > 0 ? [fixes.attach(namespaces, accounts)] : []),
	];
}
