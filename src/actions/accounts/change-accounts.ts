import type { AccountPlan } from "../../core/accounts/attachment.ts";
import type { Outcome, RunEvent } from "../../core/document.ts";
import type { FlagNote } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import {
	ChangeReport,
	type OutputOptions,
	type ReportForm,
} from "../apply/change-report.ts";
import { type Selection, selectNamespaces } from "../read/select-namespaces.ts";
import { editAccounts } from "./edit-accounts.ts";
import { type AccountChoice, findAccounts } from "./find-accounts.ts";

/** What attach and detach are told. */
export interface AccountChange extends OutputOptions {
	readonly connection: ConnectionFlags;
	/** Undefined: the context's namespace. */
	readonly places: Selection | undefined;
	readonly accounts: AccountChoice;
	/** The pull secret's name. */
	readonly key: string;
	/** Warnings about the command line. */
	readonly notes: readonly FlagNote[];
}

/** In what attach and detach differ. */
interface AccountChangeOptions {
	readonly plan: (account: ServiceAccount) => AccountPlan;
	/** Only accounts with these labels, where they are listed. */
	readonly labelSelector?: string;
	/** What is made of the results. */
	readonly form: ReportForm;
	/** As for `editAccounts`. */
	readonly awaitDefault: boolean;
	/** Said where no account is meant. */
	readonly none: RunEvent;
	/** Called with the accounts that were changed, as they were before. */
	readonly after?: (
		cluster: Cluster,
		changed: readonly ServiceAccount[],
	) => Promise<void>;
}

/** Changes the service accounts that are meant, shows what became of each. */
export async function changeAccounts(
	change: AccountChange,
	world: World,
	how: AccountChangeOptions,
): Promise<Outcome> {
	for (const note of change.notes) world.emit({ type: "warning", note });
	const cluster = await world.connect(change.connection);
	try {
		const selection = change.places ?? {
			by: "names",
			names: [cluster.namespace],
		};
		const targets = await findAccounts(
			cluster,
			selection,
			await selectNamespaces(selection, [], cluster),
			change.accounts,
			how.labelSelector,
		);
		if (targets.length === 0) world.emit(how.none);
		const report = new ChangeReport(world, cluster, how.form);
		return await report.whatIsDone(async () => {
			const changed = await editAccounts(targets, {
				cluster,
				world,
				dryRun: change.dryRun,
				plan: how.plan,
				awaitDefault: how.awaitDefault,
				onResult: report.add,
			});
			await how.after?.(cluster, changed);
			return report.finish({ withSummary: targets.length > 1 });
		});
	} finally {
		await cluster.close();
	}
}
