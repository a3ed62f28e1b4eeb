import { secretsNamed } from "../../actions/read/read-keys.ts";
import { define, type OptionsOf } from "../../command.ts";
import { type Given, switchFlag } from "../../core/command-line/flag.ts";
import {
	LONGEST_LABEL_VALUE,
	MANAGED_BY_LABEL,
	MANAGER,
} from "../../core/pull-secrets/ownership.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { UsageError } from "../../errors.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import * as flags from "../../flags.ts";
import type { ListQuery } from "../../world.ts";
export const prune = define({
	verb: "prune",
	summary: "Delete managed pull secrets (all namespaces unless -n)",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Delete pull secrets: those with the mesh's name and label, as removing the mesh does, in all namespaces or in those named. With NAME, those of that name; with --all, everything that meshreg manages.

-n also takes the namespaces out of the record of the source, unless with --keep-sources or --orphaned, and warns where a rule still covers one.

It lists what it will delete, sources first, with how many pods and service accounts still reference it, and asks. Secrets that change in the meantime, and those that meshreg does not manage, are left alone. What attach added is removed from service accounts, also where there is no Secret; with --orphaned and --keep-sources only beside what is deleted, with --all under every name.`,
	examples: {
		"Everything, as removing the mesh does; asks first":
			"kubectl meshreg prune",
		"Only copies whose source does not exist":
			"kubectl meshreg prune --orphaned --yes",
		"All copies in two namespaces, but no source":
			"kubectl meshreg prune -n app,shop --keep-sources",
		"See what it would delete": "kubectl meshreg prune --dry-run=client",
	},
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		switchFlag("orphaned", "Delete only copies whose source does not exist."),
		switchFlag(
			"all",
			"Delete everything that meshreg manages, whatever its name.",
			{ alone: "--all means every pull secret: leave NAME out" },
		),
		switchFlag("keep-sources", "Delete copies only; keep the record."),
		flags.MESH_FLAG,
		flags.CONCURRENCY_FLAG,
		...CHANGE_FLAGS,
	],
	leaves: "changes",
	inContexts: true,
	options(given, env) {
		// It would delete those of the other meshes as well; with -n it says whose records lose the names.
		if (given.on("all") && given.has("mesh") && !given.has("namespace"))
			throw new UsageError("--all means those of every mesh: leave --mesh out");
		return {
			connection: flags.bulkConnectionFlags(given),
			/** None: all. */
			namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
			...scopeOf(given, env),
			named: given.positionals.length > 0,
			keepSources: given.on("keep-sources"),
			orphaned: given.on("orphaned"),
			sourceNamespace: flags.sourceNamespaceOf(given, env),
			/** Undefined: every name. */
			name: given.on("all") ? undefined : flags.nameOf(given, env),
			...changeOf(given),
		};
	},
});

export type PruneOptions = OptionsOf<typeof prune>;

/** All that meshreg manages, what has a name, or what has the mesh's name and label, as removing the mesh does. */
function scopeOf(
	given: Given,
	env: flags.Env,
): {
	readonly query: ListQuery;
	/** Whether of what the query finds it is one that is to be deleted. */
	readonly isMeant: (secret: PullSecret) => boolean;
} {
	const named = given.positionals.length > 0;
	if (given.on("all"))
		return {
			query: { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` },
			isMeant: () => true,
		};
	const name = flags.nameOf(given, env);
	if (!named && name.length > LONGEST_LABEL_VALUE)
		throw new UsageError(
			`MESHREG_NAME: ${name.length} characters are too many for the label by which prune finds it; give it as NAME`,
		);
	return {
		query: secretsNamed(name),
		// What create --label made has another label, and is ours by its managed-by.
		isMeant: ({ labels }) =>
			named || labels.usage === name || labels[MANAGED_BY_LABEL] === MANAGER,
	};
}
