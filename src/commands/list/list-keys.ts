import { readPullSecrets } from "../../actions/read/read-keys.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { expiriesOfKey } from "../../core/pull-secrets/expiry.ts";
import {
	type ListContext,
	type ListItem,
	listItems,
} from "../../core/pull-secrets/list-item.ts";
import {
	selectorOf,
	type UsageLabel,
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
	readonly owner: UsageLabel;
	/** Also Secrets of this name that lack the owner label. */
	readonly unlabelled: string | undefined;
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
	const { owner } = choice;
	const sources = await readSources(cluster, reader, found);
	const { context } = cluster;
	return shownItems(found, { context, owner, sources }, choice, now);
}

/** What to ask the API server for, and which of its answers count. */
export function listQueries({ namespaces, owner, unlabelled }: ListChoice): {
	readonly query: ListQuery;
	readonly isMeant: (key: PullSecret) => boolean;
}[] {
	const scopes =
		namespaces.length > 0
			? namespaces.map((namespace) => ({ namespace }))
			: [{}];
	return scopes.flatMap((scope) => [
		{
			query: { ...scope, labelSelector: selectorOf(owner) },
			isMeant: () => true,
		},
		...(unlabelled === undefined
			? []
			: [
					{
						query: {
							...scope,
							fieldSelector: `metadata.name=${unlabelled},type=kubernetes.io/dockerconfigjson`,
						},
						isMeant: (key: PullSecret) => key.labels[owner.key] !== owner.value,
					},
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
