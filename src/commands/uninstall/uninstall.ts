import { ChangeReport } from "../../actions/apply/change-report.ts";
import { confirmDeletion, mustAsk } from "../../actions/apply/confirm.ts";
import {
	findInstalled,
	type Installed,
	removeInstalled,
} from "../../actions/in-cluster/installed.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { nameMeant, placeMeant } from "../../actions/read/find-source.ts";
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
		return {
			connection: flags.bulkConnectionFlags(given),
			source: sourceChoiceOf(given, env, {
				given: given.positionals[0],
				shown: "NAME",
			}),
			...changeOf(given),
		};
	},
	async run(options, world) {
		warn(world, ...options.notes);
		const { dryRun } = options;
		const asks = mustAsk("uninstall", options, world);
		return onCluster(world, options.connection, async (cluster) => {
			const place = placeMeant(options.source, cluster);
			let found = await findInstalled(cluster, place);
			// As install had it; where the source went since, its watch still has the usual name.
			if (found.length === 0) {
				const name = await nameMeant(options.source, cluster, world);
				if (name !== place.name)
					found = await findInstalled(cluster, { ...place, name });
			}
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
