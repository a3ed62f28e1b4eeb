import { changeAccounts } from "../../actions/accounts/change-accounts.ts";
import { warnOfOldPods } from "../../actions/accounts/warn-of-old-pods.ts";
import type { RunOf } from "../../command.ts";
import { attachByPolicy } from "./by-policy.ts";
import type { AttachOptions } from "./command.ts";
import { warnOfMissingKey } from "./warn-of-missing-key.ts";

/** The work of `attach`, in one cluster. Throws FailureError, and what the cluster throws. */
export const run: RunOf<AttachOptions> = async (change, world) => {
	return change.byPolicy
		? attachByPolicy(change, world)
		: changeAccounts(change, world, {
				gives: true,
				after: async (cluster, changed, results, key) => {
					await warnOfMissingKey(cluster, results, key, change, world);
					await warnOfOldPods(cluster, changed, world);
				},
			});
};
