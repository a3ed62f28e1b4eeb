import { ACCOUNT_FLAGS, accountsOf, placesOf } from "../account-flags.ts";
import { CHANGE_FORMATS, ChangeReport } from "../actions/change-report.ts";
import { editAccounts } from "../actions/edit-accounts.ts";
import { findAccounts } from "../actions/find-accounts.ts";
import { selectNamespaces } from "../actions/select-namespaces.ts";
import { warnOfOldPods } from "../actions/warn-of-old-pods.ts";
import { command } from "../command.ts";
import { planAttach } from "../core/attachment.ts";
import * as flags from "../flags.ts";

/** `attach [SA…]`: service accounts pull with the registry key. */
export const attach = command({
	verb: "attach",
	summary: "Let service accounts pull with the registry key",
	operands: "[SA…]",
	operandValues: "serviceaccount",
	about: `Add the registry key to the imagePullSecrets of service accounts: every pod that is made for them from then on pulls with it. Without a name, to default.

Every other entry stays, whatever else edits the account meanwhile. What was added is remembered on the account, so that detach and prune take back only that. Pods that run already keep their old list: they are named, with the command that restarts them.`,
	examples: [
		{
			comment: "default, in the context's namespace",
			line: "kubectl meshreg attach",
		},
		{
			comment: "Two accounts in a namespace",
			line: "kubectl meshreg attach builder runner -n app",
		},
		{
			comment: "Every account of a team's namespaces",
			line: "kubectl meshreg attach --all-serviceaccounts -l team=payments",
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
	joining: flags.joiningOf,
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
			const targets = await findAccounts(
				cluster,
				selection,
				await selectNamespaces(selection, [], cluster, world),
				options.accounts,
			);
			if (targets.length === 0)
				err.write("Warning: no service account matched: nothing to do\n");
			const report = new ChangeReport(world.streams, options);
			const changed = await editAccounts(targets, {
				cluster,
				clock: world.clock,
				interrupt: world.interrupt,
				dryRun: options.dryRun,
				plan: (account) => planAttach(account, options.key),
				awaitDefault: true,
				onResult: report.add,
			});
			await warnOfOldPods(cluster, changed, err);
			return await report.finish({ withSummary: targets.length > 1 });
		} finally {
			await cluster.close();
		}
	},
});
