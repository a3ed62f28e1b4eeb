import { readKeys } from "../actions/read-keys.ts";
import { readSources } from "../actions/read-sources.ts";
import { command } from "../command.ts";
import { expiriesOfKey } from "../core/expiry.ts";
import { type OwnerLabel, selectorOf } from "../core/ownership.ts";
import { byNamespace } from "../core/plan.ts";
import { ContentReader, type RegistryKey } from "../core/registry-key.ts";
import { EXIT } from "../errors.ts";
import * as flags from "../flags.ts";
import { type KeysOf, keyItems, keyNames, keyTable } from "../report/keys.ts";
import { json, yaml } from "../report/structured.ts";
import type { Cluster, World } from "../world.ts";

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
			comment: "In all contexts whose names begin with prod",
			line: "kubectl meshreg list --contexts 'prod-*'",
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
		flags.CONTEXTS_FLAG,
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
		contexts: flags.contextsOf(given),
	}),
	async run(options, world) {
		const now = world.clock.now();
		const one = async (own: World): Promise<Listed> => {
			const cluster = await own.connect(options.connection);
			try {
				return { status: EXIT.done, ...(await keysIn(cluster, options, now)) };
			} finally {
				await cluster.close();
			}
		};
		if (options.contexts === undefined) {
			await show([await one(world)], [], options, now, world);
			return EXIT.done;
		}
		const { failureOf, inContexts, statusOf } = await import(
			"../actions/over-contexts.ts"
		);
		const outcomes = await inContexts(options.contexts, world, one);
		const listed: (Listed & { context: string })[] = [];
		const failures: Failure[] = [];
		for (const outcome of outcomes) {
			const { context } = outcome;
			if ("value" in outcome) listed.push({ context, ...outcome.value });
			else failures.push({ context, reason: failureOf(outcome) });
		}
		await show(listed, failures, options, now, world);
		return statusOf(outcomes, world.streams.err);
	},
});

type Listed = KeysOf & { readonly status: number };

/** A context that could not be listed, as `-o json|yaml` says it beside the items. */
interface Failure {
	readonly context: string;
	/** The line on stderr. */
	readonly reason: string;
}

interface ListOptions {
	readonly namespaces: readonly string[];
	readonly owner: OwnerLabel;
	readonly all: boolean;
	readonly name: string;
	/** Milliseconds. */
	readonly expiring: number | undefined;
	readonly headers: boolean;
	readonly output: (typeof FORMATS)[number] | undefined;
}

/** The registry keys of a cluster that are asked for, in order, and what is known of their sources. */
async function keysIn(
	cluster: Cluster,
	{ namespaces, owner, all, name, expiring }: ListOptions,
	now: number,
): Promise<KeysOf> {
	const reader = new ContentReader();
	const scopes =
		namespaces.length > 0
			? namespaces.map((namespace) => ({ namespace }))
			: [{}];
	const found: RegistryKey[] = [];
	for (const scope of scopes) {
		const labelSelector = selectorOf(owner);
		found.push(
			...(await readKeys(cluster, reader, { ...scope, labelSelector })),
		);
		if (!all) continue;
		const fieldSelector = `metadata.name=${name},type=kubernetes.io/dockerconfigjson`;
		const named = await readKeys(cluster, reader, { ...scope, fieldSelector });
		found.push(...named.filter((key) => key.labels[owner.key] !== owner.value));
	}
	const sources = await readSources(cluster, reader, found, owner);
	const keys = found
		.filter((key) => expiresWithin(expiring, key, sources, now))
		.sort(byNamespace);
	return { keys, known: { owner, sources } };
}

async function show(
	listed: readonly KeysOf[],
	failures: readonly Failure[],
	{ output, headers, namespaces }: ListOptions,
	now: number,
	world: World,
): Promise<void> {
	const { out, err } = world.streams;
	const document = () => ({
		items: keyItems(listed),
		...(failures.length > 0 && { failures }),
	});
	if (output === "json") out.write(json(document()));
	else if (output === "yaml") out.write(await yaml(document()));
	else if (listed.length === 0) return;
	else if (listed.every(({ keys }) => keys.length === 0)) {
		const [only, ...others] = namespaces;
		// Only this one has a full stop with kubectl.
		err.write(
			only !== undefined && others.length === 0
				? `No resources found in ${only} namespace.\n`
				: "No resources found\n",
		);
	} else if (output === "name") out.write(keyNames(listed));
	else out.write(keyTable(listed, { now, wide: output === "wide", headers }));
}

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
