import { changeAccounts } from "../../actions/accounts/change-accounts.ts";
import {
	markByPolicy,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import { onSource } from "../../actions/read/find-source.ts";
import { tell } from "../../actions/tell.ts";
import type { Outcome } from "../../core/document.ts";
import type { ByPolicy } from "../../flags/account.ts";
import type { World } from "../../world.ts";
import type { DetachOptions } from "./command.ts";

/** The work of `detach`, in one cluster. Throws FailureError, and what the cluster throws. */
export async function run(
	change: DetachOptions,
	world: World,
): Promise<Outcome> {
	return change.byPolicy
		? detachByPolicy(change, world)
		: changeAccounts(change, world, { gives: false, every: change.everyKey });
}

/** Takes back what attach --by-policy wrote. Throws FailureError, and what the cluster throws. */
async function detachByPolicy(
	options: ByPolicy,
	world: World,
): Promise<Outcome> {
	return onSource(options, world, (source, cluster) => {
		const report = new ChangeReport(world, cluster);
		return report.whatIsDone(async () => {
			const how = { cluster, dryRun: options.dryRun, onResult: report.add };
			const removals = await policyRemovals([source], cluster);
			// Noted before one goes: what keeps them up to date would make it again.
			await markByPolicy(source, false, how);
			await writePolicies(removals, how);
			if (report.results.length === 0) tell(world, { cause: "nothing-found" });
			return report.finish();
		});
	});
}
