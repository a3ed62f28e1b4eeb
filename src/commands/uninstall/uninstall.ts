import { ChangeReport } from "../../actions/apply/change-report.ts";
import { confirmDeletion, mustAsk } from "../../actions/apply/confirm.ts";
import {
	findInstalled,
	type Installed,
	removeInstalled,
} from "../../actions/in-cluster/installed.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { tell, warn } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import type { Loss } from "../../core/note.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

/** `uninstall [NAME]`: takes away what install made. */
export const uninstall = command({
	verb: "uninstall",
	summary: "Remove what install made",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Delete the Deployment, its service account, its permissions and its policy. Pull secrets and their namespaces stay: prune deletes those.

What install created is found by its label, and deleted by its uid: an object that was recreated in the meantime stays.`,
	examples: {
		"Ask, then delete it": "kubectl meshreg uninstall",
		"That of another source, in a script":
			"kubectl meshreg uninstall --from platform/pull-key --yes",
	},
	flags: [FROM_FLAG, flags.MESH_FLAG, flags.CONCURRENCY_FLAG, ...CHANGE_FLAGS],
	options(given, env) {
		const { namespace, name, usual } = sourceChoiceOf(given, env, {
			given: given.positionals[0],
			shown: "NAME",
		});
		return {
			connection: flags.bulkConnectionFlags(given),
			namespace,
			name: name ?? usual,
			...changeOf(given),
		};
	},
	async run(options, world) {
		warn(world, ...options.notes);
		const { dryRun } = options;
		const asks = mustAsk("uninstall", options, world);
		return onCluster(world, options.connection, async (cluster) => {
			const source = {
				namespace: options.namespace ?? cluster.namespace,
				name: options.name,
			};
			const found = await findInstalled(cluster, source);
			const report = new ChangeReport(world, cluster);
			if (found.length === 0) tell(world, { cause: "nothing-found" });
			if (
				asks &&
				found.length > 0 &&
				!(await confirmDeletion({ losses: found.map(lossOf) }, cluster, world))
			)
				return report.cancelled();
			return await report.whatIsDone(async () => {
				await removeInstalled(found, { cluster, report, dryRun });
				return report.finish({ withSummary: false });
			});
		});
	},
});

function lossOf({ kind, metadata: { name = "", namespace } }: Installed): Loss {
	return { verb: "delete", kind, name, namespace };
}
