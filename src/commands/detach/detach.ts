import { recordDetached } from "../../actions/accounts/account-record.ts";
import { changeAccounts } from "../../actions/accounts/change-accounts.ts";
import {
	markByPolicy,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import { onSource } from "../../actions/read/find-source.ts";
import { tell } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import {
	ATTACHED_SELECTOR,
	planDetach,
	planDetachAll,
} from "../../core/accounts/attachment.ts";
import { switchFlag, withHelp } from "../../core/command-line/flag.ts";
import type { Outcome } from "../../core/document.ts";
import {
	ACCOUNT_CHANGE_FLAGS,
	accountChangeOf,
	type ByPolicy,
} from "../../flags/account.ts";
import type { World } from "../../world.ts";

/** `detach [SA…]`: takes back what attach added. */
export const detach = command({
	verb: "detach",
	summary: "Remove the pull secret from service accounts",
	operands: [
		{ name: "SA", optional: true, many: true, values: "serviceaccount" },
	],
	about: `Remove the pull secret from the imagePullSecrets of service accounts. Without a name, of default; with --all-serviceaccounts, of every account that attach changed. With --all, every pull secret that attach added, whatever its name.

Only entries that attach (or sync --attach) added are removed; others stay. -A and -l mean kube-system, kube-public and kube-node-lease too. Running pods keep their list.

The source's record loses the same accounts first: otherwise sync and the watch would keep attaching them.

With --by-policy it deletes the policies of attach --by-policy.`,
	examples: {
		"default, in the context's namespace": "kubectl meshreg detach",
		"Everything that attach did, everywhere":
			"kubectl meshreg detach --all --all-serviceaccounts -A",
		"The policies of attach --by-policy": "kubectl meshreg detach --by-policy",
	},
	flags: [
		...withHelp(ACCOUNT_CHANGE_FLAGS, {
			"all-serviceaccounts":
				"Take all service accounts that attach changed instead of default alone.",
			"by-policy": "Delete the policies of attach --by-policy instead.",
		}),
		switchFlag(
			"all",
			"Remove all pull secrets that attach added, instead of one.",
			{ group: "Target", conflicts: ["secret", "from", "by-policy"] },
		),
	],
	options: (given, env) => ({
		...accountChangeOf(given, env),
		everyKey: given.on("all"),
	}),
	run: (change, world) =>
		change.byPolicy
			? detachByPolicy(change, world)
			: changeAccounts(change, world, {
					gives: false,
					plan: change.everyKey
						? (account) => planDetachAll(account)
						: planDetach,
					// Only labelled accounts can have something to take back.
					labelSelector: ATTACHED_SELECTOR,
					form: formOf(change),
					record: (run) => recordDetached(run, change.everyKey),
					awaitDefault: false,
					none: { type: "note", note: { cause: "nothing-found" } },
				}),
});

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
			return report.finish({ withSummary: false });
		});
	});
}
