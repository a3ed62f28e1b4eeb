import { readKeys } from "../../actions/read/read-keys.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import { expiriesOfKey } from "../../core/pull-secrets/expiry.ts";
import {
	type OwnerLabel,
	selectorOf,
} from "../../core/pull-secrets/ownership.ts";
import { byNamespace } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type RegistryKey,
} from "../../core/pull-secrets/pull-secret.ts";
import { type KeyContext, type KeyItem, keyItems } from "../../report/keys.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Which registry keys are meant. */
export interface KeyChoice {
	/** None: all. */
	readonly namespaces: readonly string[];
	readonly owner: OwnerLabel;
	/** Also Secrets of this name that lack the owner label. */
	readonly unlabelled: string | undefined;
	/** Only those of which a credential expires within so many milliseconds. */
	readonly expiring: number | undefined;
}

/** The registry keys of a cluster that are meant, by namespace, as they are shown. */
export async function listKeys(
	cluster: Cluster,
	choice: KeyChoice,
	now: number,
): Promise<KeyItem[]> {
	const reader = new ContentReader();
	const found: RegistryKey[] = [];
	for (const { query, isMeant } of keyQueries(choice))
		found.push(...(await readKeys(cluster, reader, query)).filter(isMeant));
	const { owner } = choice;
	const sources = await readSources(cluster, reader, found, owner);
	return shownItems(found, { owner, sources }, choice, now);
}

/** What to ask the API server for, and which of its answers count. */
export function keyQueries({ namespaces, owner, unlabelled }: KeyChoice): {
	readonly query: ListQuery;
	readonly isMeant: (key: RegistryKey) => boolean;
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
						isMeant: (key: RegistryKey) =>
							key.labels[owner.key] !== owner.value,
					},
				]),
	]);
}

/** Of these keys what is shown: where that is asked for only those that expire in time. */
export function shownItems(
	keys: readonly RegistryKey[],
	known: KeyContext,
	{ expiring }: KeyChoice,
	now: number,
): KeyItem[] {
	const meant =
		expiring === undefined
			? keys
			: keys.filter((key) =>
					expiriesOfKey(key, known.sources).some(
						({ at }) => at <= now + expiring,
					),
				);
	return keyItems(meant.toSorted(byNamespace), known);
}
