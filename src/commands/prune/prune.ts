import { ChangeReport } from "../../actions/apply/change-report.ts";
import { mustAsk } from "../../actions/apply/confirm.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { meantFor } from "../../actions/read/meant-namespace.ts";
import { secretsNamed } from "../../actions/read/read-keys.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import { type Given, switchFlag } from "../../core/command-line/flag.ts";
import { usualSecretIn } from "../../core/meshes/meshes.ts";
import {
	LONGEST_LABEL_VALUE,
	MANAGED_BY_LABEL,
	MANAGER,
} from "../../core/pull-secrets/ownership.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { UsageError } from "../../errors.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import * as flags from "../../flags.ts";
import type { ListQuery } from "../../world.ts";
import { warnOfRules } from "./forget-namespaces.ts";
import {
	carryOutPruning,
	findPruning,
	isAgreed,
	tellOfRest,
	whatStays,
} from "./pruning.ts";
/** `prune [NAME]`: deletes pull secrets, and nothing that is not ours. */
export const prune = command({
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
		),
		switchFlag("keep-sources", "Delete copies only; keep the record."),
		flags.MESH_FLAG,
		flags.CONCURRENCY_FLAG,
		...CHANGE_FLAGS,
	],
	inContexts: "changes",
	options: (given, env) => ({
		connection: flags.bulkConnectionFlags(given),
		namespaces: given.on("all-namespaces") ? [] : flags.namespacesOf(given),
		...scopeOf(given, env),
		named: given.positionals.length > 0,
		keepSources: given.on("keep-sources"),
		orphaned: given.on("orphaned"),
		sourceNamespace: flags.sourceNamespaceOf(given, env),
		name: given.on("all") ? undefined : flags.nameOf(given, env),
		usual: usualSecretIn(env).name,
		...changeOf(given),
	}),
	async run(options, world) {
		warn(world, ...options.notes);
		const { namespaces } = options;
		const asks = mustAsk("prune", options, world);
		return onCluster(world, options.connection, async (cluster) => {
			const how = { ...options, cluster, reader: new ContentReader(), world };
			const report = new ChangeReport(world, cluster);
			const pruning = await findPruning(how);
			const { changes, sent, outOf, attached, unreadable } = pruning;
			for (const result of unreadable) report.add(result);
			if (changes.length + outOf.length + attached.length === 0) {
				if (unreadable.length === 0) {
					const meant = await meantFor(options.name, namespaces, cluster);
					tell(world, { cause: "nothing-found", namespaces, meant });
				}
				tellOfRest(pruning, () => false, how);
				warnOfRules(sent, how);
				// Of another name none is there, perhaps by mistake: no reason to go on to all.
				if (!options.named)
					tellUnlessQuiet(
						world,
						...(await whatStays(pruning, () => false, how)),
					);
				return report.finish({ withSummary: false });
			}
			const isLoss = changes.length + attached.length > 0;
			if (asks && isLoss && !(await isAgreed(pruning, how)))
				return report.cancelled();
			return await report.whatIsDone(() =>
				carryOutPruning(pruning, report, how),
			);
		});
	},
});

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
	if (given.on("all")) {
		if (named)
			throw new UsageError("--all means every pull secret: leave NAME out");
		return {
			query: { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` },
			isMeant: () => true,
		};
	}
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
