import {
	readImageReference,
	repositoryOf,
} from "../kubelet/image-reference.ts";
import {
	findCredentials,
	type KeyringAnswer,
	type PullSource,
} from "../kubelet/keyring.ts";
import {
	type NearMiss,
	nearMisses,
	type OtherSource,
} from "../kubelet/near-miss.ts";
import type { NamedSecret, Puller } from "../kubelet/pod-secrets.ts";
import { type Script, sequence } from "../output/shell.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";

/** Everything that `explain` has to tell about one image. */
export type Explanation = {
	readonly image: string;
	readonly puller: Puller;
	readonly secrets: readonly NamedSecret[];
	readonly answer: KeyringAnswer;
	/** What nearly matched, the nearest first; empty where something matches. */
	readonly near: readonly NearMiss[];
};

/** What a kubelet would do for an image with these Secrets; `others` explain a failure. */
export function explain(
	image: string,
	puller: Puller,
	secrets: readonly NamedSecret[],
	others: readonly OtherSource[],
): Explanation {
	const sources = secrets.flatMap(({ source }) => source ?? []);
	const answer = findCredentials(image, sources);
	const nothing = answer.outcome === "answered" && answer.matches.length === 0;
	return {
		image,
		puller,
		secrets,
		answer,
		near: nothing ? nearMisses(image, sources, others) : [],
	};
}

/** The server that `--registry-server` takes for an image; undefined for what is no reference. */
export function registryServerOf(image: string): string | undefined {
	const reading = readImageReference(image);
	return reading.ok
		? repositoryOf(reading.reference).split("/", 1)[0]
		: undefined;
}

/** What is known of the pull secret when something is to be fixed with it. */
export type PullSecretState = {
	readonly name: string;
	/** Where its source is; undefined where there is none yet. */
	readonly source:
		| { readonly namespace: string; readonly name: string }
		| undefined;
	/** The source's content, to see what it would match. */
	readonly content: PullSource | undefined;
};

/** What lets the puller have the image; undefined where nothing of ours can. */
export function fixCommand(
	explanation: Explanation,
	key: PullSecretState,
	mending: Fixes,
): Script | undefined {
	const { image, puller, answer, secrets, near } = explanation;
	const host = registryServerOf(image);
	if (puller.kind === "files" || host === undefined) return undefined;
	const { namespace } = puller;
	if (answer.outcome === "malformed")
		return fixMalformed(answer, namespace, host, key, mending);
	if (answer.outcome !== "answered" || answer.matches.length > 0)
		return undefined;
	const [nearest] = near;
	if (nearest?.because === "unreferenced")
		return sequence(
			use(nearest.from.slice(namespace.length + 1), puller, mending),
		);
	const named = secrets.some(({ name }) => name === key.name);
	const account = puller.kind === "pod" ? puller.serviceAccount : puller.name;
	const inAccount =
		named ||
		(puller.kind === "pod" &&
			(puller.ownList || puller.unused.includes(key.name)));
	const accounts = inAccount ? [] : [account];
	const inTheWay = secrets.some(
		({ name, source, isCopy }) => name === key.name && source && !isCopy,
	);
	const copy =
		namespace !== mending.sourceNamespace
			? inTheWay
				? [undefined]
				: [mending.sync([namespace], accounts)]
			: accounts.length > 0
				? [mending.attach([namespace], accounts)]
				: [];
	return sequence([
		...(covers(key, image) ? [] : [mending.create(host)]),
		...copy,
		...(named ? [] : makeAnew(key.name, puller, mending)),
	]);
}

/** What lets the puller use a Secret that is in its namespace. */
function use(
	name: string,
	puller: Exclude<Puller, { kind: "files" }>,
	mending: Fixes,
): (Script | undefined)[] {
	const { namespace } = puller;
	if (puller.kind === "serviceaccount")
		return [mending.attach([namespace], [puller.name], name)];
	const attached = puller.ownList || puller.unused.includes(name);
	return [
		...(attached
			? []
			: [mending.attach([namespace], [puller.serviceAccount], name)]),
		...makeAnew(name, puller, mending),
	];
}

/** A pod that is there keeps its list; one with a list of its own would get the same again. */
function makeAnew(
	name: string,
	puller: Puller,
	mending: Fixes,
): (Script | undefined)[] {
	if (puller.kind !== "pod") return [];
	const { namespace, ownList, restart } = puller;
	if (restart.how === "none") return [];
	if (!ownList) return [restart.script];
	return restart.how === "rollout"
		? [mending.inject(restart, namespace, name)]
		: [];
}

function fixMalformed(
	{ from, keys }: KeyringAnswer & { outcome: "malformed" },
	namespace: string,
	host: string,
	key: PullSecretState,
	mending: Fixes,
): Script | undefined {
	const name = from.slice(namespace.length + 1);
	if (key.source && from === `${key.source.namespace}/${key.source.name}`)
		// Written again, the source would be without the entries that are good.
		return keys.length > 0
			? sequence(keys.map((each) => mending.rotate(each)))
			: mending.replace(host);
	if (key.source && name === key.source.name) return mending.sync([namespace]);
	// Somebody else's Secret may hold what is nowhere else: only who made it can put it right.
	return undefined;
}

function covers({ content }: PullSecretState, image: string): boolean {
	if (content === undefined) return false;
	const answer = findCredentials(image, [content]);
	return answer.outcome === "answered" && answer.matches.length > 0;
}
