import { allOf } from "../../actions/read/all-of.ts";
import {
	type Reading,
	readPullSecrets,
	readSources,
} from "../../actions/read/read-keys.ts";
import {
	listIfAllowed,
	readEach,
	scopesOf,
} from "../../actions/read/read-namespaces.ts";
import { expiriesOfKey } from "../../core/pull-secrets/expiry.ts";
import type { ListContext } from "../../core/pull-secrets/list-item.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	PULL_SECRET_TYPE,
	roleOf,
} from "../../core/pull-secrets/ownership.ts";
import { byNamespace } from "../../core/pull-secrets/plan.ts";
import {
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { needNamespaces, statusOf } from "../../core/pull-secrets/source.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import type { ListOptions } from "./command.ts";

/** Which pull secrets are meant. */
export type ListChoice = ListOptions["choice"];

/** The pull secrets of a cluster that are meant, sorted by place, and what their statuses are judged by. */
export interface Listing {
	readonly keys: readonly PullSecret[];
	readonly known: ListContext;
	/** Of the namespaces that were named, those that could not be looked at, and why. */
	readonly refused: ReadonlyMap<string, unknown>;
	/** Whether a namespace was looked at. */
	readonly isMeant: (namespace: string) => boolean;
}

/** Reads them; the reader says afterwards what was too much. `now`: milliseconds since 1970. Throws what the cluster throws. */
export async function readListing(
	{ cluster, reader }: Reading,
	choice: ListChoice,
	now: number,
): Promise<Listing> {
	let all: ReturnType<typeof listIfAllowed> | undefined;
	// Whether they are needed is known once a source is: they need not wait for the rest of the Secrets.
	const begin = (keys: readonly PullSecret[]): void => {
		const sources = keys.filter((key) => roleOf(key) === "source");
		if (!needNamespaces(new Map(sources.map((key) => [sourceRef(key), key]))))
			return;
		all ??= listIfAllowed(cluster);
		all.catch(() => {}); // It may be nobody's source.
	};
	const [isThere, found] = await Promise.all([
		labelledNamespaces(cluster, choice.selector),
		readEach(scopesOf(choice.namespaces), async (scope) => {
			const lists = listQueries(choice, [scope]).map((query) =>
				readPullSecrets({ cluster, reader }, query, begin),
			);
			return (await Promise.all(lists)).flat();
		}),
	]);
	const keys = found.items.filter(({ namespace }) => isThere(namespace));
	const sources = await readSources({ cluster, reader }, keys);
	const namespaces = needNamespaces(sources)
		? await (all ?? listIfAllowed(cluster))
		: undefined;
	const { context } = cluster;
	const known = { context, sources, namespaces };
	return {
		keys: meantKeys(keys, known, choice, now),
		known,
		refused: found.refused,
		isMeant: (namespace) =>
			isThere(namespace) &&
			!found.refused.has(namespace) &&
			(choice.namespaces.length === 0 || choice.namespaces.includes(namespace)),
	};
}

/** Whether a namespace has the labels of `-l`; all have where none are asked for. */
async function labelledNamespaces(
	cluster: Cluster,
	labelSelector: string | undefined,
): Promise<(namespace: string) => boolean> {
	if (labelSelector === undefined) return () => true;
	const query = { labelSelector, metadataOnly: true };
	const names = new Set(
		await allOf(
			cluster.pages("Namespace", query),
			({ metadata }) => metadata.name,
		),
	);
	return (namespace) => names.has(namespace);
}

/** What to ask the API server for in some scopes; nothing is found twice. */
export function listQueries(
	{ name, managed: [managed = "", ...labels], all }: ListChoice,
	scopes: readonly Pick<ListQuery, "namespace">[],
): ListQuery[] {
	const fieldSelector = [
		...(name === undefined ? [] : [`metadata.name=${name}`]),
		...(all ? [`type=${PULL_SECRET_TYPE}`] : []),
	].join(",");
	return scopes.flatMap((scope): ListQuery[] =>
		all
			? [{ ...scope, fieldSelector }]
			: [
					{ ...scope, fieldSelector, labelSelector: managed },
					...labels.map((label) => ({
						...scope,
						fieldSelector,
						labelSelector: `${label},${MANAGED_BY_LABEL}!=${MANAGER}`,
					})),
				],
	);
}

/** Of these pull secrets those that are to be shown, sorted by place. */
export function meantKeys(
	keys: readonly PullSecret[],
	known: ListContext,
	{ expiring, statuses }: ListChoice,
	now: number,
): PullSecret[] {
	return keys
		.filter(
			(key) =>
				(expiring === undefined ||
					expiriesOfKey(key, known.sources).some(
						({ at }) => at <= now + expiring,
					)) &&
				(statuses.length === 0 || statuses.includes(statusOf(key, known))),
		)
		.toSorted(byNamespace);
}
