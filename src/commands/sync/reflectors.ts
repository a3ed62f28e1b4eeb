import { type Followed, Following } from "../../actions/watch/reflector.ts";
import { type Accounts, slimAccount } from "../../core/accounts/accounts.ts";
import type { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import type { Upkeep } from "../../core/pull-secrets/sync-state.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Which namespaces are kept in sync: those named, or those of a list, but for some. */
export type Watched =
	| { readonly by: "names"; readonly names: readonly string[] }
	| {
			readonly by: "list";
			readonly query: ListQuery;
			readonly excludes: (namespace: string) => boolean;
	  };

/** Who is told what. */
export interface Learning {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
	readonly watched: Watched;
	readonly upkeep: Upkeep;
	readonly accounts: Accounts | undefined;
	/** These namespaces are to be looked at again. */
	readonly learn: (namespaces: readonly string[]) => void;
	readonly trouble: (error: unknown) => void;
}

/**
 * What is listed and watched: namespaces, the Secrets of the source's name, and service
 * accounts where they are attached to, one of each; or the last two in each of the named
 * namespaces, which are taken to be there.
 */
export function followings(how: Learning): Followed[] {
	const { watched, upkeep, accounts } = how;
	const source = upkeep.rules.source.namespace;
	if (watched.by === "list")
		return [
			namespaces(how, watched),
			secrets(how),
			...(accounts ? [serviceAccounts(how, accounts)] : []),
		];
	how.learn(
		upkeep.namespaces(new Map(watched.names.map((name) => [name, false]))),
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
	{ cluster, upkeep, learn, trouble }: Learning,
	{ query, excludes }: Watched & { by: "list" },
): Followed {
	return new Following(
		cluster,
		"Namespace",
		{ ...query, metadataOnly: true },
		{
			item: ({ metadata }) => ({
				name: metadata.name ?? "",
				terminating: metadata.deletionTimestamp !== undefined,
			}),
			all: (items) =>
				learn(
					upkeep.namespaces(
						new Map(
							items
								.filter(({ name }) => !excludes(name))
								.map(({ name, terminating }) => [name, terminating]),
						),
					),
				),
			changed: ({ name, terminating }, gone) => {
				if (!excludes(name))
					learn(upkeep.namespace(name, gone ? undefined : terminating));
			},
			trouble,
		},
	);
}

function secrets(
	{ cluster, reader, upkeep, learn, trouble }: Learning,
	within?: string,
): Followed {
	const query = { fieldSelector: `metadata.name=${upkeep.rules.source.name}` };
	return new Following(
		cluster,
		"Secret",
		{ ...query, ...(within !== undefined && { namespace: within }) },
		{
			item: (secret) => reader.registryKey(secret),
			all: (keys) => learn(upkeep.keys(keys, within)),
			changed: (key, gone) =>
				learn(upkeep.key(key.namespace, gone ? undefined : key)),
			trouble,
		},
	);
}

function serviceAccounts(
	{ cluster, learn, trouble }: Learning,
	accounts: Accounts,
	within?: string,
): Followed {
	const [only, ...others] = accounts.names ?? [];
	return new Following(
		cluster,
		"ServiceAccount",
		{
			...(only !== undefined &&
				others.length === 0 && { fieldSelector: `metadata.name=${only}` }),
			...(within !== undefined && { namespace: within }),
		},
		{
			item: slimAccount,
			all: (items) => learn(accounts.accounts(items, within)),
			changed: (account, gone) => learn(accounts.account(account, gone)),
			trouble,
		},
	);
}
