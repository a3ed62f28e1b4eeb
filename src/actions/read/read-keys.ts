import { PULL_SECRET_TYPE } from "../../core/pull-secrets/ownership.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { unlessNotFound } from "../../errors.ts";
import type { Cluster, ListQuery, ObjectRef } from "../../world.ts";
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
 * All Secrets that a query selects, page by page, so that only what a key needs stays in memory; of
 * gigabytes that somebody planted, no more than the reader keeps. `onPage` is told of each page before
 * the next one is waited for.
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
