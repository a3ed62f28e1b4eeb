import { displayUser } from "../credentials/entry.ts";
import type { Kept } from "../kept.ts";
import { type Keyring, matcherOf, readKeyring } from "../kubelet/keyring.ts";
import { podImages, statusesOf } from "../kubelet/pod-images.ts";
import { namesOf } from "../kubelet/pod-secrets.ts";
import { pullReason } from "../kubelet/pull-failures.ts";
import type { Pod, ServiceAccount } from "../objects.ts";
import { byFirst, compare } from "../order.ts";
import type { Place } from "../output/input-failure.ts";
import { displayHost } from "../registry/server.ts";
import type { Steps } from "../steps.ts";
import { expiriesOf } from "./expiry.ts";
import { copyDifferences, type ListContext } from "./list-item.ts";
import { isCopyOf, roleOf, SOURCE_ANNOTATION } from "./ownership.ts";
import {
	authsIn,
	type PullSecret,
	placeOf,
	pullSourceOfKey,
	sourceRef,
} from "./pull-secret.ts";
import { recordIn, standingOf } from "./record.ts";
import {
	isSourceLike,
	type PullSecretStatus,
	type SourceKnowledge,
	statusOf,
} from "./source.ts";

/** A source and where it is, as `list -o tree` shows it. */
export interface SourceTree {
	/** `NAMESPACE/NAME`, as copies name it. */
	readonly ref: string;
	/** `gone`, or `unknown` where nobody may look. */
	readonly status: PullSecretStatus | "gone" | "unknown";
	readonly registries: readonly TreeRegistry[];
	/** Sorted by name. */
	readonly namespaces: readonly TreeNamespace[];
	/** How many more there are without a copy. */
	readonly lacking: number;
}

/** Of a source outside the source namespace so many are told of: anybody may write that it was sent everywhere. */
const MOST_LACKING = 100;

/** A registry of a source in the tree. */
export interface TreeRegistry {
	readonly host: string;
	/** As it may be shown; "" where there is none. */
	readonly username: string;
	/** Milliseconds since 1970; undefined where that is not known. */
	readonly expires: number | undefined;
}

/** A namespace with a copy, or that should have one; the source's own where somebody uses it there. */
export interface TreeNamespace {
	/** `NAMESPACE/NAME` where the copy's name is not the source's. */
	readonly namespace: string;
	readonly status: PullSecretStatus | "missing";
	/** Of a drifted copy, a registry each. */
	readonly differs: readonly string[];
	readonly accounts: readonly string[];
	/** Pods that reference it, and those that wait for an image of its registries; these first. */
	readonly pods: readonly TreePod[];
}

/** A pod in the tree. */
export interface TreePod {
	readonly name: string;
	/** Why it waits for an image, in the kubelet's word; "" where it does not. */
	readonly waits: string;
	/** It has the pull secret in its list. */
	readonly references: boolean;
}

/** What nobody manages, or no source has. */
export interface TreeOther extends Place {
	readonly status: PullSecretStatus;
}

interface TreeParts {
	/** Those that are meant, sorted by place. */
	readonly keys: readonly PullSecret[];
	readonly known: ListContext;
	readonly pods: readonly TreePodFacts[];
	readonly accounts: readonly AccountFacts[];
	/** Whether a namespace without a copy is worth telling of: not where statuses alone were asked for. */
	readonly tellsMissing: (namespace: string) => boolean;
	/** Where the sources are that may be believed. */
	readonly sourceNamespace: string;
}

/** What the tree knows of a pod. */
export interface TreePodFacts extends Place {
	readonly references: readonly string[];
	readonly images: readonly string[];
	readonly waits: string;
}

/** What the tree knows of a service account. */
export interface AccountFacts extends Place {
	readonly references: readonly string[];
}

/** What a tree needs of a pod; undefined for one that neither references a pull secret nor waits for an image. */
export function podFacts(pod: Pod): TreePodFacts | undefined {
	const references = namesOf(pod.spec);
	const waits = waitsOf(pod);
	if (references.length === 0 && waits === "") return undefined;
	return {
		namespace: pod.metadata.namespace ?? "",
		name: pod.metadata.name ?? "",
		references,
		images: waits === "" ? [] : podImages(pod),
		waits,
	};
}

/** What a tree needs of an account; undefined for one that references nothing. */
export function accountFacts(
	account: ServiceAccount,
): AccountFacts | undefined {
	const { namespace = "", name = "" } = account.metadata;
	const references = namesOf(account);
	return references.length === 0 ? undefined : { namespace, name, references };
}

/** Sources, and what belongs to none. */
export interface PullSecretTree {
	readonly trees: readonly SourceTree[];
	readonly others: readonly TreeOther[];
}

/** Of one of many users, what is kept of the lists in it. */
export function keptUser<User extends AccountFacts | TreePodFacts>(
	user: User,
	{ partOf }: Kept,
): User {
	const part = (texts: readonly string[]) =>
		partOf(user.namespace, texts, ({ length }) => length);
	return {
		...user,
		references: part(user.references),
		...("images" in user && { images: part(user.images) }),
	};
}

/** The sources that are there or that copies name, each with where it is; and what belongs to none. */
export function* treesOf(parts: TreeParts): Steps<PullSecretTree> {
	const { keys, known } = parts;
	const copies = Map.groupBy(
		keys.filter((key) => roleOf(key) === "copy"),
		(key) => key.annotations[SOURCE_ANNOTATION] ?? "",
	);
	const sources = new Map<string, SourceKnowledge>(
		keys
			.filter(
				(key) =>
					isSourceLike(key) &&
					(roleOf(key) === "source" || known.sources.has(sourceRef(key))),
			)
			.map((key) => [sourceRef(key), key]),
	);
	for (const ref of copies.keys())
		if (!sources.has(ref))
			sources.set(ref, known.sources.get(ref) ?? "unknown");
	const usersOf = usersIn(parts);
	const shown = new Set<PullSecret>();
	const trees: SourceTree[] = [];
	for (const [ref, source] of [...sources].toSorted(byFirst)) {
		const own = copies.get(ref) ?? [];
		for (const copy of own) shown.add(copy);
		if (typeof source !== "string") shown.add(source);
		trees.push(yield* treeOf(ref, source, own, usersOf, parts));
	}
	const others = keys
		.filter((key) => !shown.has(key))
		.map((key) => ({ ...placeOf(key), status: statusOf(key, known) }));
	return { trees, others };
}

function* treeOf(
	ref: string,
	source: SourceKnowledge,
	copies: readonly PullSecret[],
	usersOf: ReturnType<typeof usersIn>,
	{ known, tellsMissing, sourceNamespace }: TreeParts,
): Steps<SourceTree> {
	const there = typeof source === "string" ? undefined : source;
	const keyring = there && readKeyring([pullSourceOfKey(there)]);
	const row = (
		at: Place,
		status: TreeNamespace["status"],
		differs: readonly string[] = [],
	): TreeNamespace => ({
		namespace: ref.endsWith(`/${at.name}`) ? at.namespace : sourceRef(at),
		status,
		differs,
		...usersOf(at, keyring),
	});
	let lacking = 0;
	const namespaces: TreeNamespace[] = [];
	for (const copy of copies) {
		const status = statusOf(copy, known);
		namespaces.push(row(copy, status, copyDifferences(copy, status, known)));
		yield;
	}
	if (there !== undefined) {
		const { name } = there;
		const own = row(there, "Source");
		if (own.accounts.length + own.pods.length > 0) namespaces.push(own);
		const without = missing(there, copies, known).filter(tellsMissing);
		const told =
			there.namespace === sourceNamespace ? without.length : MOST_LACKING;
		lacking = Math.max(0, without.length - told);
		for (const namespace of without.slice(0, told)) {
			namespaces.push(row({ namespace, name }, "missing"));
			yield;
		}
		yield;
	}
	return withRegistries(there, {
		ref,
		status: typeof source === "string" ? source : statusOf(source, known),
		namespaces: namespaces.toSorted((a, b) =>
			compare(a.namespace, b.namespace),
		),
		lacking,
	});
}

/**
 * A tree with its source's registries. Whoever wrote that decides how many there are: they are worked out when it is
 * its turn to be shown, and until then nothing is held but the source.
 */
function withRegistries(
	source: PullSecret | undefined,
	tree: Omit<SourceTree, "registries">,
): SourceTree {
	return {
		...tree,
		get registries() {
			return source ? registriesIn(source) : [];
		},
	};
}

/** The sources of a namespace that are known, each with the namespaces to which its record sends it and that have no copy. */
export function missingCopies(
	keys: readonly PullSecret[],
	known: ListContext,
	sourceNamespace: string,
): { readonly source: PullSecret; readonly namespaces: string[] }[] {
	const sources = new Map<string, SourceKnowledge>([
		...known.sources,
		...keys.map((key) => [sourceRef(key), key] as const),
	]);
	return [...sources].flatMap(([ref, source]) => {
		if (
			typeof source === "string" ||
			source.namespace !== sourceNamespace ||
			roleOf(source) !== "source"
		)
			return [];
		const copies = keys.filter((key) => isCopyOf(key, ref));
		return [{ source, namespaces: missing(source, copies, known) }];
	});
}

/** Namespaces to which the record sends a source, and that have no copy. */
function missing(
	source: PullSecret,
	copies: readonly PullSecret[],
	{ namespaces }: ListContext,
): string[] {
	const record = recordIn(source);
	if (record === undefined) return [];
	const have = new Set(copies.map(({ namespace }) => namespace));
	const meant =
		namespaces === undefined
			? [...record.names.keys()]
			: [...namespaces].flatMap(([name, facts]) =>
					standingOf(record, name, facts)?.is === "served" ? [name] : [],
				);
	return meant.filter((name) => name !== source.namespace && !have.has(name));
}

/** Tells who uses a pull secret: accounts and pods that reference it, and pods that wait for an image of its registries. */
function usersIn({ keys, known, pods, accounts }: TreeParts) {
	const names = new Set(
		[...keys, ...known.sources.values()].flatMap((key) =>
			typeof key === "string" ? [] : key.name,
		),
	);
	const podsOf = byReference(pods, names);
	const accountsOf = byReference(accounts, names);
	const wantedIn = wantedImages(pods);
	return (
		{ namespace, name }: Place,
		keyring: Keyring | undefined,
	): Pick<TreeNamespace, "accounts" | "pods"> => {
		const at = `${namespace}/${name}`;
		const referencing = new Set(podsOf.get(at));
		const wanted = [...(wantedIn.get(namespace)?.values() ?? [])];
		// A kubelet would take a credential of the source for their images.
		const waiting = new Set(
			wanted.flatMap(({ isFor, pods }) =>
				keyring !== undefined && isFor(keyring) ? pods : [],
			),
		);
		const rows = (some: Iterable<TreePodFacts>, isWaiting: boolean) =>
			[...some]
				.sort((a, b) => compare(a.name, b.name))
				.map(
					(pod): TreePod => ({
						name: pod.name,
						waits: isWaiting ? pod.waits : "",
						references: referencing.has(pod),
					}),
				);
		return {
			accounts: (accountsOf.get(at) ?? [])
				.map((account) => account.name)
				.toSorted(),
			pods: [
				...rows(waiting, true),
				...rows(referencing.difference(waiting), false),
			],
		};
	};
}

/** An image, and the pods of one namespace that wait for it. */
interface WantedImage {
	readonly isFor: (keyring: Keyring) => boolean;
	readonly pods: TreePodFacts[];
}

function wantedImages(pods: readonly TreePodFacts[]) {
	const found = new Map<string, Map<string, WantedImage>>();
	for (const pod of pods)
		for (const image of pod.images)
			found
				.getOrInsertComputed(pod.namespace, () => new Map())
				.getOrInsertComputed(
					image,
					(text): WantedImage => ({ isFor: matcherOf(text), pods: [] }),
				)
				.pods.push(pod);
	return found;
}

/** By `NAMESPACE/NAME` of what is referenced, of these names: a pod may name any number of others. */
function byReference<User extends Place & { references: readonly string[] }>(
	users: readonly User[],
	names: ReadonlySet<string>,
): ReadonlyMap<string, readonly User[]> {
	const found = new Map<string, User[]>();
	for (const user of users)
		for (const name of user.references)
			if (names.has(name))
				found
					.getOrInsertComputed(`${user.namespace}/${name}`, () => [])
					.push(user);
	return found;
}

function registriesIn(source: PullSecret): TreeRegistry[] {
	const ends = new Map(expiriesOf(source).map(({ key, at }) => [key, at]));
	return [...authsIn(source.content)].map(([key, entry]) => ({
		host: displayHost(key),
		username: displayUser(entry),
		expires: ends.get(key),
	}));
}

/** The kubelet's word for why a container waits for its image; "" where none does. */
function waitsOf(pod: Pod): string {
	const reasons = statusesOf(pod).map(({ state }) =>
		pullReason(state?.waiting?.reason ?? ""),
	);
	return reasons.find((reason) => reason !== "") ?? "";
}
