import { type Listed, Reflector } from "../../actions/watch/reflector.ts";
import { type Accounts, knownAccount } from "../../core/accounts/accounts.ts";
import type { Followed } from "../../core/in-cluster/vitals.ts";
import { namespaceFacts } from "../../core/pull-secrets/namespace-facts.ts";
import type { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import type { SyncState } from "../../core/pull-secrets/sync-state.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Which namespaces are kept in sync: those named, or those of a list. */
export type Watched =
	| { readonly by: "names"; readonly names: readonly string[] }
	| {
			readonly by: "list";
			readonly query: ListQuery;
	  };

/** Who is told what. */
interface ReflectorOptions {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
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
export function reflectors(how: ReflectorOptions): Listed[] {
	const { watched, state, accounts } = how;
	const source = state.rules.source.namespace;
	if (watched.by === "list")
		return [
			namespaces(how, watched),
			secrets(how),
			...(accounts ? [serviceAccounts(how, accounts)] : []),
		];
	how.learn(
		state.namespaces(
			new Map(watched.names.map((name) => [name, "unknown" as const])),
		),
	);
	return [
		...[...new Set([source, ...watched.names])].map((name) =>
			secrets(how, name),
		),
		...(accounts
			? watched.names.map((name) => serviceAccounts(how, accounts, name))
			: []),
	];
}

function namespaces(
	{ cluster, state, learn, trouble, heard }: ReflectorOptions,
	{ query }: Watched & { by: "list" },
): Listed {
	return new Reflector(
		cluster,
		"Namespace",
		{ ...query, metadataOnly: true },
		{
			item: namespaceFacts,
			all: (items) =>
				learn(
					state.namespaces(new Map(items.map((facts) => [facts.name, facts]))),
				),
			changed: (facts, gone) =>
				learn(state.namespace(facts.name, gone ? undefined : facts)),
			trouble,
			heard: () => heard?.({ kind: "namespaces" }),
		},
	);
}

function secrets(
	{ cluster, reader, state, learn, trouble, heard }: ReflectorOptions,
	within?: string,
): Listed {
	const { source } = state.rules;
	return new Reflector(
		cluster,
		"Secret",
		{ fieldSelector: `metadata.name=${source.name}`, namespace: within },
		{
			// Copies are made of the source; of what bears its name elsewhere others decide how much there is.
			item: (secret) =>
				secret.metadata.namespace === source.namespace
					? reader.toPullSecret(secret)
					: reader.watched(secret),
			all: (keys) => learn(state.keys(keys, within)),
			changed: (key, gone) =>
				learn(state.key(key.namespace, gone ? undefined : key)),
			trouble,
			heard: () => heard?.({ kind: "secrets", namespace: within }),
		},
	);
}

function serviceAccounts(
	{ cluster, state, learn, trouble, heard }: ReflectorOptions,
	accounts: Accounts,
	within?: string,
): Listed {
	const [only, ...others] = accounts.names ?? [];
	return new Reflector(
		cluster,
		"ServiceAccount",
		{
			fieldSelector:
				only !== undefined && others.length === 0
					? `metadata.name=${only}`
					: undefined,
			namespace: within,
		},
		{
			item: (account) => knownAccount(account, state.rules.source.name),
			all: (items) => learn(accounts.accounts(items, within)),
			changed: (account, gone) => learn(accounts.account(account, gone)),
			trouble,
			heard: () => heard?.({ kind: "service accounts", namespace: within }),
		},
	);
}
