import {
	FILLED_IN,
	readImageReference,
	repositoryOf,
} from "../kubelet/image-reference.ts";
import {
	hasMatch,
	type KeyringAnswer,
	lookUp,
	type PullSource,
	readKeyring,
} from "../kubelet/keyring.ts";
import {
	type NearMiss,
	nearMisses,
	type OtherSource,
} from "../kubelet/near-miss.ts";
import {
	type NamedSecret,
	type Puller,
	providerFor,
} from "../kubelet/pod-secrets.ts";
import type { Place } from "../output/input-failure.ts";
import { type Script, sequence } from "../output/shell.ts";
import { canBeWritten, type Fixes } from "../pull-secrets/fixes.ts";
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

/** What is known of the pull secret when something is to be fixed with it. */
export interface PullSecretState {
	readonly fixes: Fixes;
	/** undefined: there is none. `hidden`: there may be one, which this user may not see; `unclear`: it is not said which is meant. */
	readonly source:
		| (PullSource & { readonly namespace: string })
		| "hidden"
		| "unclear"
		| undefined;
	/** Whether it was sent to the puller's namespace, or is there itself. */
	readonly served: boolean;
	/**
	 * Why none is written in the puller's namespace: what bears its name there is not overwritten, cannot be as it
	 * is, the namespace wants none, or it is being deleted.
	 */
	readonly blocked: "secret" | "stuck" | "skipped" | "terminating" | undefined;
	/** An admission policy adds it to pods as they are made; undefined: none does. */
	readonly byPolicy?: {
		/** Whether to those with this image. */
		isFor(image: string): boolean;
	};
}

/** What lets the puller have the image. */
export interface ExplainedFix {
	/** undefined where nothing of ours can. */
	readonly fix?: Script | undefined;
	/** It would give the credential to this namespace, to which nobody sent it: to be told apart. */
	readonly gives?: string | undefined;
	/** `NAMESPACE/NAME` of what is in the place of what would be written. */
	readonly blockedBy?: string;
	/** The same of one that is immutable, of another type, or being deleted, whosever it is. */
	readonly stuck?: string;
	/** The namespace that says that it is to get none. */
	readonly skipped?: string;
	/** The namespace that is being deleted. */
	readonly terminating?: string;
	/** The image's host, where its letter case is why no entry can be written for it. */
	readonly unwritable?: string;
	/** A pod that a person has to make again once `fix` was run; `listing`: with this name in its own list. */
	readonly byHand?: { readonly pod: Place; readonly listing?: string };
}

const NOTHING: ExplainedFix = {};

type PullerInCluster = Exclude<Puller, { kind: "files" }>;
type PodPuller = Extract<Puller, { kind: "pod" }>;

/** What to run; never what loses another registry's credential. */
export function fixOf(
	explanation: Explanation,
	state: PullSecretState,
): ExplainedFix {
	const { image, puller, answer, near } = explanation;
	const host = registryServerOf(image);
	const { fixes, served } = state;
	if (puller.kind === "files" || host === undefined || image === FILLED_IN)
		return NOTHING;
	const { namespace } = puller;
	if (answer.outcome === "malformed") {
		const [, name = ""] = answer.from.split("/");
		// Of another Secret the good entries would be lost: only who made it can put it right.
		if (!served || state.blocked || name !== fixes.name) return NOTHING;
		// What the source says is sent nowhere while it says it, and in its own namespace it is what was read.
		const written =
			typeof state.source !== "object"
				? answer
				: lookUp(image, readKeyring([state.source]));
		return {
			fix:
				written.outcome === "malformed"
					? sequence(written.keys.map((key) => fixes.rotate(key)))
					: fixes.sync([namespace]),
		};
	}
	if (answer.outcome !== "answered" || answer.matches.length > 0)
		return NOTHING;
	if (
		isFineAnonymously(explanation) ||
		providerFor(puller.provider, image) !== undefined
	)
		return NOTHING;
	if (state.blocked === "terminating") return { terminating: namespace };
	const isNamed = explanation.secrets.some(({ name }) => name === fixes.name);
	if (puller.kind === "pod" && puller.accountGone && !isNamed) return NOTHING;
	const older = olderPod(puller, image, state);
	const [nearest] = near;
	if (nearest?.because === "unreferenced")
		return remade(
			older && nearest.from === `${namespace}/${fixes.name}`
				? asItIs(older)
				: use(nearest.from.slice(namespace.length + 1), puller, fixes),
		);
	return bringing(explanation, puller, host, state);
}

/** The pod, where a policy serves its like: it adds the pull secret to whatever list a pod has, and to none that is there already. */
function olderPod(
	puller: Puller,
	image: string,
	{ byPolicy }: PullSecretState,
): PodPuller | undefined {
	return puller.kind === "pod" && byPolicy?.isFor(image) ? puller : undefined;
}

/** To a puller that has no credential that comes near one for this host. */
function bringing(
	{ image, secrets }: Explanation,
	puller: PullerInCluster,
	host: string,
	state: PullSecretState,
): ExplainedFix {
	const { fixes, source, served } = state;
	const { namespace } = puller;
	const older = olderPod(puller, image, state);
	const named = secrets.some(({ name }) => name === fixes.name);
	const account = puller.kind === "pod" ? puller.serviceAccount : puller.name;
	const inAccount =
		named ||
		older !== undefined ||
		(puller.kind === "pod" &&
			(puller.ownList || puller.unused.includes(fixes.name)));
	const accounts = inAccount ? [] : [account];
	const attach = accounts.map((one) => fixes.attach([namespace], [one]));
	const again = named
		? NOT_REMADE
		: older
			? asItIs(older)
			: makeAgain(fixes.name, puller);
	const isAway = namespace !== fixes.sourceNamespace;
	if (state.blocked === "skipped") return { skipped: namespace };
	const there = `${namespace}/${fixes.name}`;
	if (state.blocked === "secret") return { blockedBy: there };
	if (state.blocked === "stuck") return { stuck: there };
	if (
		!canBeWritten(host) &&
		(typeof source === "string" || !covers(source, image))
	)
		return { unwritable: host };
	if (typeof source === "string") {
		// Whoever works in one namespace makes a pull secret of its own there.
		const made = fixes.createAt(namespace, fixes.name, host);
		return {
			...remade(again, [made, ...attach]),
			gives: isAway && source === "unclear" ? namespace : undefined,
		};
	}
	const isCovered = covers(source, image);
	const mended = remade(again, [
		...(isCovered ? [] : [fixes.create(host)]),
		...(!isAway
			? attach
			: served && !isCovered
				? // Its other copies follow.
					[fixes.syncRecorded(), ...attach]
				: [fixes.sync([namespace], accounts)]),
	]);
	if (mended.fix !== undefined)
		return {
			...mended,
			gives: isAway && !served ? namespace : undefined,
		};
	// A source that no kubelet can use is put right first, which check tells how.
	return mended.byHand ? mended : { fix: source && fixes.check() };
}

/** Nothing comes near a credential, and the registry gives public images to anybody. */
export function isFineAnonymously({
	image,
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
		PUBLIC_REGISTRIES.has(host)
	);
}

/** How a pod is made again: by commands, or by whoever made it. */
interface Remaking {
	readonly scripts: readonly (Script | undefined)[];
	readonly byHand?: ExplainedFix["byHand"];
}

const NOT_REMADE: Remaking = { scripts: [] };

/** What `first` and then the pod made again need. */
function remade(
	{ scripts, byHand }: Remaking,
	first: readonly (Script | undefined)[] = [],
): ExplainedFix {
	return {
		fix: sequence([...first, ...scripts]),
		...(byHand && { byHand }),
	};
}

/** What lets the puller use a Secret that is in its namespace. */
function use(name: string, puller: PullerInCluster, fixes: Fixes): Remaking {
	const { namespace } = puller;
	const again = makeAgain(name, puller);
	const isPod = puller.kind === "pod";
	if (isPod && (puller.ownList || puller.unused.includes(name))) return again;
	const account = isPod ? puller.serviceAccount : puller.name;
	return {
		...again,
		scripts: [fixes.attach([namespace], [account], name), ...again.scripts],
	};
}

/** A pod with the list that it would get today. */
function asItIs(pod: PodPuller): Remaking {
	const { restart } = pod;
	return restart.script === undefined
		? { scripts: [], byHand: { pod } }
		: { scripts: [restart.script] };
}

/** A pod that is there keeps its list; one with a list of its own would get the same again. */
function makeAgain(name: string, puller: PullerInCluster): Remaking {
	if (puller.kind !== "pod") return NOT_REMADE;
	if (!puller.ownList) return asItIs(puller);
	return { scripts: [], byHand: { pod: puller, listing: name } };
}

function covers(
	source: Exclude<PullSecretState["source"], string>,
	image: string,
): boolean {
	return source !== undefined && hasMatch(image, readKeyring([source]));
}
