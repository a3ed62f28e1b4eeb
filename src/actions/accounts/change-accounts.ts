import {
	ATTACHED_SELECTOR,
	planAttach,
	planDetach,
	planDetachAll,
} from "../../core/accounts/attachment.ts";
import type { Outcome } from "../../core/document.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import type { Cluster, World } from "../../world.ts";
import { ChangeReport, formOf } from "../apply/change-report.ts";
import { onCluster } from "../on-cluster.ts";
import { selectNamespaces } from "../read/select-namespaces.ts";
import { tell, warn } from "../tell.ts";
import { type AccountChange, AccountRecords } from "./account-record.ts";
import { editAccounts, isAccountMissing } from "./edit-accounts.ts";
import { findAccounts } from "./find-accounts.ts";

interface AccountChangeOptions {
	/** Whether accounts get the pull secret, or lose it. */
	readonly gives: boolean;
	/** They lose all, whatever their names. */
	readonly every?: boolean;
	/** Called with the accounts that were changed, as they were before, and what became of each that is meant. */
	readonly after?: (
		cluster: Cluster,
		changed: readonly ServiceAccount[],
		results: readonly ChangeResult[],
		key: string,
	) => Promise<void>;
}

/** Changes the service accounts that are meant, shows what became of each. */
export async function changeAccounts(
	change: AccountChange,
	world: World,
	{ gives, every = false, after }: AccountChangeOptions,
): Promise<Outcome> {
	warn(world, ...change.notes);
	return onCluster(world, change.connection, async (cluster) => {
		const selection = change.places ?? {
			by: "names",
			names: [cluster.namespace],
		};
		const report = new ChangeReport(world, cluster, formOf(change));
		const run = { change, selection, cluster, world, report };
		const records = new AccountRecords(run, every);
		const namespaces = await selectNamespaces(selection, gives, cluster);
		const targets = await findAccounts(
			cluster,
			selection,
			namespaces,
			change.accounts,
			// Only labelled accounts can have something to take back.
			gives ? undefined : ATTACHED_SELECTOR,
		);
		const key = await records.key();
		return await report.whatIsDone(async () => {
			const wasRecorded = gives
				? undefined
				: await records.detached(namespaces);
			if (targets.length === 0 && report.results.length === 0)
				if (gives) warn(world, { cause: "no-account-matched" });
				else {
					const names = selection.by === "names" ? selection.names : [];
					tell(world, { cause: "nothing-found", namespaces: names });
				}
			const changed = await editAccounts(targets, {
				...run,
				dryRun: change.dryRun,
				plan: (account) =>
					gives
						? planAttach(account, key)
						: every
							? planDetachAll(account)
							: planDetach(account, key),
				awaitDefault: gives,
				onResult: (result, preview) => {
					// Then taking it out of the record was all that there was to do.
					if (!(isAccountMissing(result) && wasRecorded?.(result)))
						report.add(result, preview);
				},
			});
			if (gives) await records.attached(report.results);
			await after?.(cluster, changed, report.results, key);
			return report.finish({ withSummary: targets.length > 1 && "accounts" });
		});
	});
}
