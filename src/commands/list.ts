import { readKeys } from "../actions/read-keys.ts";
import { readSources } from "../actions/read-sources.ts";
import { command } from "../command.ts";
import { expiriesOfKey } from "../core/expiry.ts";
import { selectorOf } from "../core/ownership.ts";
import { byNamespace } from "../core/plan.ts";
import { ContentReader, type RegistryKey } from "../core/registry-key.ts";
import { EXIT } from "../errors.ts";
import * as flags from "../flags.ts";
import { keyItems, keyNames, keyTable } from "../report/keys.ts";
import { json, yaml } from "../report/structured.ts";

const FORMATS = ["json", "name", "wide", "yaml"] as const;

/** `list`: the registry keys of the cluster and what each is worth. */
export const list = command({
	verb: "list",
	summary: "List registry keys and whether they are in sync",
	operands: "",
	about: `List registry keys: the Secrets with the owner label, in all namespaces or in those named.

STATUS is Invalid (a kubelet would break on it, or never match it), Source, InSync, Drifted (differs from its source), Orphaned (its source is gone), Unknown (its source may not be read) or Unmanaged (made by a mesh or a person). No format shows a password.`,
	examples: [
		{ comment: "Everywhere", line: "kubectl meshreg list" },
		{
			comment: "In two namespaces, with users and sources",
			line: "kubectl meshreg list -n app,shop -o wide",
		},
		{
			comment: "The copies that differ from their source",
			line: "kubectl meshreg list --no-headers | grep Drifted",
		},
		{
			comment: "What expires within a week, and when",
			line: "kubectl meshreg list --expiring 7d -o wide",
		},
		{
			comment:
				"Also unlabelled Secrets of that name, as nginx-meshctl makes them",
			line: "kubectl meshreg list --all",
		},
	],
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "all",
			kind: "switch",
			help: "Also Secrets of that name and type without the owner label, as Unlabelled.",
		},
		{
			name: "expiring",
			kind: "text",
			help: "Only those of which a credential expires within this time, such as 48h or 7d, or has expired.",
		},
		{ name: "no-headers", kind: "switch", help: "Leave out the headers." },
		flags.OWNER_LABEL_FLAG,
		flags.outputFlag(...FORMATS),
	],
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
		owner: flags.ownerOf(given, env),
		all: given.on("all"),
		name: flags.nameOf(given, env),
		expiring: given.has("expiring")
			? flags.parseLifetime(given.text("expiring") ?? "", "--expiring")
			: undefined,
		headers: !given.on("no-headers"),
		output: flags.outputOf(given, FORMATS),
	}),
	async run(options, world) {
		const cluster = await world.connect(options.connection);
		try {
			const reader = new ContentReader();
			const scopes =
				options.namespaces.length > 0
					? options.namespaces.map((namespace) => ({ namespace }))
					: [{}];
			const found: RegistryKey[] = [];
			for (const scope of scopes) {
				found.push(
					...(await readKeys(cluster, reader, {
						...scope,
						labelSelector: selectorOf(options.owner),
					})),
				);
				if (!options.all) continue;
				const fieldSelector = `metadata.name=${options.name},type=kubernetes.io/dockerconfigjson`;
				const named = await readKeys(cluster, reader, {
					...scope,
					fieldSelector,
				});
				found.push(
					...named.filter(
						(key) => key.labels[options.owner.key] !== options.owner.value,
					),
				);
			}
			const { out, err } = world.streams;
			const now = world.clock.now();
			const sources = await readSources(cluster, reader, found, options.owner);
			const keys = found
				.filter((key) => expiresWithin(options.expiring, key, sources, now))
				.sort(byNamespace);
			if (
				options.output === "json" ||
				options.output === "yaml" ||
				keys.length > 0
			) {
				const shown = { owner: options.owner, sources };
				if (options.output === "json")
					out.write(json({ items: keyItems(keys, shown) }));
				else if (options.output === "yaml")
					out.write(await yaml({ items: keyItems(keys, shown) }));
				else if (options.output === "name") out.write(keyNames(keys));
				else
					out.write(
						keyTable(keys, {
							...shown,
							now,
							wide: options.output === "wide",
							headers: options.headers,
						}),
					);
				return EXIT.done;
			}
			const [only, ...others] = options.namespaces;
			const place =
				only !== undefined && others.length === 0
					? ` in ${only} namespace`
					: "";
			err.write(
				`No resources found${place}.\n`.replace(
					/^No resources found\.$/m,
					"No resources found",
				),
			);
			return EXIT.done;
		} finally {
			await cluster.close();
		}
	},
});

/** Without a time to look at: every key. */
function expiresWithin(
	time: number | undefined,
	key: RegistryKey,
	sources: Parameters<typeof expiriesOfKey>[1],
	now: number,
): boolean {
	return (
		time === undefined ||
		expiriesOfKey(key, sources).some(({ at }) => at <= now + time)
	);
}
