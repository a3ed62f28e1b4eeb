import { changeAccounts } from "../../actions/accounts/change-accounts.ts";
import {
	markByPolicy,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import {
	findSource,
	placeMeant,
	seekSource,
} from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import { tell, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import type { World } from "../../world.ts";
import type { DetachOptions } from "./command.ts";

export const run: RunOf<DetachOptions> = async (change, world) =>
	change.byPolicy
		? detachByPolicy(change, world)
		: changeAccounts(change, world, { gives: false, every: change.everyKey });

/**
 * Takes back what attach --by-policy wrote, also for a source that was deleted since. Throws FailureError, and
 * what the cluster throws.
 */
async function detachByPolicy(
	{ connection, source: choice, notes, dryRun }: DetachOptions,
	world: World,
): Promise<Outcome> {
	warn(world, ...notes);
	return onCluster(world, connection, async (cluster) => {
		const at = reading(cluster);
		const { source } = await seekSource(at, choice, world);
		const owner = source ?? placeMeant(choice, cluster);
		const report = new ChangeReport(world, cluster);
		return report.whatIsDone(async () => {
			const how = { cluster, dryRun, onResult: report.add };
			const removals = await policyRemovals([owner], cluster);
			if (source === undefined && removals.length === 0)
				await findSource(at, choice);
			// Noted before one goes: what keeps them up to date would make it again.
			if (source) await markByPolicy(source, false, how);
			await writePolicies(() => policyRemovals([owner], cluster), how);
			if (report.results.length === 0) tell(world, { cause: "nothing-found" });
			return report.finish();
		});
	});
}
