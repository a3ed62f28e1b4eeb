import { ACCOUNT_FLAGS, accountsOf, placesOf } from "../account-flags.ts";
import { CHANGE_FORMATS, ChangeReport } from "../actions/change-report.ts";
import { editAccounts } from "../actions/edit-accounts.ts";
import { findAccounts } from "../actions/find-accounts.ts";
import { selectNamespaces } from "../actions/select-namespaces.ts";
import { command } from "../command.ts";
import { ATTACHED_SELECTOR, planDetach } from "../core/attachment.ts";
import * as flags from "../flags.ts";

/** `detach [SA…]`: takes back what attach added. */
export const detach = command({
	verb: "detach",
	summary: "Take the registry key from service accounts again",
	operands: "[SA…]",
	operandValues: "serviceaccount",
	about: `Take the registry key out of the imagePullSecrets of service accounts. Without a name, of default; with --all-serviceaccounts, of every account that attach changed.

Only what attach (or sync --attach) added is taken back: an entry that somebody else made stays. Pods that run already keep their list.`,
	examples: [
		{
			comment: "default, in the context's namespace",
			line: "kubectl meshreg detach",
		},
		{
			comment: "Everything that attach did, everywhere",
			line: "kubectl meshreg detach --all-serviceaccounts -A",
		},
	],
	flags: [
		...ACCOUNT_FLAGS,
		flags.KEY_FLAG,
		flags.CONCURRENCY_FLAG,
		flags.DRY_RUN_FLAG,
		flags.outputFlag(...CHANGE_FORMATS),
		flags.QUIET_FLAG,
	],
	options: (given, env) => ({
		connection: {
			...flags.connectionFlags(given),
			...flags.concurrencyOf(given),
		},
		places: placesOf(given),
		accounts: accountsOf(given),
		key: flags.keyNameOf(given, env),
		quiet: given.on("quiet"),
		output: flags.outputOf(given, CHANGE_FORMATS),
		...flags.dryRunOf(given),
	}),
	async run(options, world) {
		const { err } = world.streams;
		for (const note of options.notes) err.write(`Warning: ${note}\n`);
		const cluster = await world.connect(options.connection);
		try {
			const selection = options.places ?? {
				by: "names",
				names: [cluster.namespace],
			};
			// Only labelled accounts can have something to take back.
			const targets = await findAccounts(
				cluster,
				selection,
				await selectNamespaces(selection, [], cluster, world),
				options.accounts,
				ATTACHED_SELECTOR,
			);
			if (targets.length === 0) err.write("No resources found\n");
			const report = new ChangeReport(world.streams, options);
			await editAccounts(targets, {
				cluster,
				clock: world.clock,
				interrupt: world.interrupt,
				dryRun: options.dryRun,
				plan: (account) => planDetach(account, options.key),
				awaitDefault: false,
				onResult: report.add,
			});
			return await report.finish({ withSummary: targets.length > 1 });
		} finally {
			await cluster.close();
		}
	},
});
