import { PULL_SECRET_TYPE } from "../../core/pull-secrets/ownership.ts";
import {
	ContentReader,
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	legalSourceRef,
	type SourceKnowledge,
	type SourceRef,
	sourcesNamed,
} from "../../core/pull-secrets/source.ts";
import { unlessFailed, unlessNotFound } from "../../errors.ts";
import type { Cluster, ListQuery, ObjectRef, World } from "../../world.ts";
import { inParallel } from "../in-parallel.ts";
import { warn } from "../tell.ts";
import { allOf } from "./all-of.ts";

/** Where pull secrets are read, and what remembers what was read there. */
export interface Reading {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
}

/** The same of a cluster of which nothing was read yet. */
export function reading(cluster: Cluster): Reading {
	return { cluster, reader: new ContentReader() };
}

/** A Secret by name; undefined where there is none. Throws what the cluster throws, 403 included. */
export async function readPullSecret(
	{ cluster, reader }: Reading,
	ref: ObjectRef & { namespace: string },
): Promise<PullSecret | undefined> {
	const secret = await unlessNotFound(cluster.read("Secret", ref));
	return secret && reader.toPullSecret(secret);
}

/** Whatever bears a pull secret's name, in all namespaces. */
export function secretsNamed(name: string): ListQuery {
	return { fieldSelector: `metadata.name=${name}` };
}

/**
 * All Secrets that a query selects; of gigabytes that somebody planted, no more than the reader keeps. `onPage` is told
 * of each page before the next one is waited for.
 */
export async function readPullSecrets(
	{ cluster, reader }: Reading,
	query: ListQuery,
	onPage: (keys: readonly PullSecret[]) => void = () => {},
): Promise<PullSecret[]> {
	const keys: PullSecret[] = [];
	for await (const { items } of cluster.pages("Secret", query)) {
		const read = items.map((secret) => reader.listed(secret));
		onPage(read);
		for (const key of read) keys.push(key);
	}
	return keys;
}

/** Those of a source's namespace, each with all that it holds: it may be what copies are made of. */
export function readWholeSecrets(
	{ cluster, reader }: Reading,
	namespace: string,
): Promise<PullSecret[]> {
	const query = { namespace, fieldSelector: `type=${PULL_SECRET_TYPE}` };
	return allOf(cluster.pages("Secret", query), (secret) =>
		reader.toPullSecret(secret),
	);
}

/** Says in one line where there was more than is kept of lists, and so than was looked at. */
export function warnOfUnread(
	{ unread }: Pick<ContentReader, "unread">,
	world: Pick<World, "emit">,
): void {
	if (unread.size === 0) return;
	const note = {
		cause: "secrets-too-much",
		namespaces: [...unread.keys()].toSorted(),
		count: [...unread.values()].reduce((sum, each) => sum + each, 0),
	} as const;
	warn(world, note);
}

/** So many sources are read one by one; of more, one list of all pull Secrets is cheaper. */
const READ_SINGLY = 20;

/**
 * What is known of every source that copies among `keys` name, by `NAMESPACE/NAME`: from the keys
 * themselves, else read. Only a source that is not there is gone; what may not be read, or is named
 * by no legal name, is unknown, and costs no request. Throws only what no further request survives.
 */
export async function readSources(
	at: Reading,
	keys: readonly PullSecret[],
): Promise<Map<string, SourceKnowledge>> {
	const known = new Map<string, SourceKnowledge>(
		keys.map((key) => [sourceRef(key), key]),
	);
	const named = sourcesNamed(keys);
	const missing = named
		.filter((ref) => !known.has(ref))
		.flatMap((ref) => legalSourceRef(ref) ?? []);
	if (missing.length > READ_SINGLY) {
		const query = { fieldSelector: `type=${PULL_SECRET_TYPE}` };
		const all = await unlessFailed(readPullSecrets(at, query));
		const there = all && new Map(all.map((key) => [sourceRef(key), key]));
		for (const ref of there ? missing.map(sourceRef) : [])
			known.set(ref, there?.get(ref) ?? "gone");
	} else
		await inParallel(missing, async (place) => {
			known.set(sourceRef(place), await readSource(at, place));
		});
	return new Map(named.map((ref) => [ref, known.get(ref) ?? "unknown"]));
}

/** What is known of one source: an error says nothing. Throws only what no further request survives. */
export async function readSource(
	at: Reading,
	ref: SourceRef,
): Promise<SourceKnowledge> {
	const read = readPullSecret(at, ref).then((found) => found ?? "gone");
	return (await unlessFailed(read)) ?? "unknown";
}
