import type { Reading } from "../../actions/read/read-keys.ts";
import { type Listed, Reflector } from "../../actions/watch/reflector.ts";
import { type Accounts, knownAccount } from "../../core/accounts/accounts.ts";
import type { Followed } from "../../core/in-cluster/vitals.ts";
import type { Kind, ObjectOf } from "../../core/objects.ts";
import { namespaceFacts } from "../../core/pull-secrets/namespace-facts.ts";
import type { SyncState } from "../../core/pull-secrets/sync-state.ts";
import type { ListQuery } from "../../world.ts";

/** Which namespaces are kept in sync: those named, or those of a list. */
export type Watched =
	| { readonly by: "names"; readonly names: readonly string[] }
	| {
			readonly by: "list";
			readonly query: ListQuery;
	  };

/** What the reflectors list and watch, and the callbacks for what they find. */
interface ReflectorOptions extends Reading {
	readonly watched: Watched;
	readonly state: SyncState;
	readonly accounts: Accounts | undefined;
	/** These namespaces are to be looked at again. */
	readonly learn: (namespaces: readonly string[]) => void;
	readonly trouble: (error: unknown) => void;
	/** Something came from the API server about this. */
	readonly heard?: ((what: Followed) => void) | undefined;
}

/**
 * What is listed and watched: namespaces, the Secrets of the source's name, and service
 * accounts where they are attached to, one of each; or the last two in each of the named
 * namespaces, which are taken to be there.
 */
export function reflectors({
	cluster,
	reader,
	watched,
	state,
	accounts,
	learn,
	trouble,
	heard,
}: ReflectorOptions): Listed[] {
	const { source } = state.rules;
	/** `what`: the kind, in words; `told` returns the namespaces that are to be looked at again. */
	const follow = <K extends Kind, Item>(
		kind: K,
		what: string,
		query: ListQuery,
		told: {
			item(object: ObjectOf[K]): Item;
			all(items: readonly Item[]): string[];
			changed(item: Item, gone: boolean): string[];
		},
	): Listed =>
		new Reflector(cluster, kind, query, {
			item: told.item,
			all: (items) => learn(told.all(items)),
			changed: (item, gone) => learn(told.changed(item, gone)),
			trouble,
			heard: () => heard?.({ kind: what, namespace: query.namespace }),
		});
	const secrets = (namespace?: string): Listed => {
		const fieldSelector = `metadata.name=${source.name}`;
		return follow(
			"Secret",
			"secrets",
			{ fieldSelector, namespace },
			{
				// Copies are made of the source; of what bears its name elsewhere others decide how much there is.
				item: (secret) =>
					secret.metadata.namespace === source.namespace
						? reader.toPullSecret(secret)
						: reader.watched(secret),
				all: (keys) => state.keys(keys, namespace),
				changed: (key, gone) =>
					state.key(key.namespace, gone ? undefined : key),
			},
		);
	};
	const serviceAccounts = (namespace?: string): Listed[] => {
		if (accounts === undefined) return [];
		const [only, ...others] = accounts.names ?? [];
		const fieldSelector =
			only !== undefined && others.length === 0
				? `metadata.name=${only}`
				: undefined;
		const query = { fieldSelector, namespace };
		return [
			follow("ServiceAccount", "service accounts", query, {
				item: (account) => knownAccount(account, source.name),
				all: (items) => accounts.accounts(items, namespace),
				changed: (account, gone) => accounts.account(account, gone),
			}),
		];
	};
	if (watched.by === "list") {
		const query = { ...watched.query, metadataOnly: true };
		const namespaces = follow("Namespace", "namespaces", query, {
			item: namespaceFacts,
			all: (items) =>
				state.namespaces(new Map(items.map((facts) => [facts.name, facts]))),
			changed: (facts, gone) =>
				state.namespace(facts.name, gone ? undefined : facts),
		});
		return [namespaces, secrets(), ...serviceAccounts()];
	}
	const { names } = watched;
	learn(state.namespaces(new Map(names.map((name) => [name, "unknown"]))));
	return [
		...[...new Set([source.namespace, ...names])].map(secrets),
		...names.flatMap(serviceAccounts),
	];
}
