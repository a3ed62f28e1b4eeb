import { readPullSecrets } from "../../actions/read/read-keys.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { expiriesOfKey } from "../../core/pull-secrets/expiry.ts";
import {
	type ListContext,
	type ListItem,
	listItems,
} from "../../core/pull-secrets/list-item.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	PULL_SECRET_TYPE,
} from "../../core/pull-secrets/ownership.ts";
import { byNamespace } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Which pull secrets are meant. */
export interface ListChoice {
	/** None: all. */
	readonly namespaces: readonly string[];
	/** Label selectors that find what is managed or labelled as a mesh's: one list each. */
	readonly managed: readonly string[];
	/** Every pull Secret of the cluster, whoever made it. */
	readonly all: boolean;
	/** Only those of which a credential expires within so many milliseconds. */
	readonly expiring: number | undefined;
}

/** The pull secrets of a cluster that are meant, by namespace, as they are shown. */
export async function listPullSecrets(
	cluster: Cluster,
	choice: ListChoice,
	now: number,
): Promise<ListItem[]> {
	const reader = new ContentReader();
	const found: PullSecret[] = [];
	for (const { query, isMeant } of listQueries(choice))
		found.push(
			...(await readPullSecrets(cluster, reader, query)).filter(isMeant),
		);
	const sources = await readSources(cluster, reader, found);
	const { context } = cluster;
	return shownItems(found, { context, sources }, choice, now);
}

/** What to ask the API server for, and which of its answers count: what two of them give is one. */
export function listQueries({ namespaces, managed, all }: ListChoice): {
	readonly query: ListQuery;
	readonly isMeant: (secret: PullSecret) => boolean;
}[] {
	const scopes =
		namespaces.length > 0
			? namespaces.map((namespace) => ({ namespace }))
			: [{}];
	const [first, ...others] = managed;
	return scopes.flatMap((scope) => [
		...(all
			? [
					{
						query: { ...scope, fieldSelector: `type=${PULL_SECRET_TYPE}` },
						isMeant: () => true,
					},
				]
			: [
					{
						query: { ...scope, labelSelector: first ?? "" },
						isMeant: () => true,
					},
					...others.map((labelSelector) => ({
						query: { ...scope, labelSelector },
						isMeant: ({ labels }: PullSecret) =>
							labels[MANAGED_BY_LABEL] !== MANAGER,
					})),
				]),
	]);
}

/** Of these keys what is shown: where that is asked for only those that expire in time. */
export function shownItems(
	keys: readonly PullSecret[],
	known: ListContext,
	{ expiring }: ListChoice,
	now: number,
): ListItem[] {
	const meant =
		expiring === undefined
			? keys
			: keys.filter((key) =>
					expiriesOfKey(key, known.sources).some(
						({ at }) => at <= now + expiring,
					),
				);
	return listItems(meant.toSorted(byNamespace), known);
}
