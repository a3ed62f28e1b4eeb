import type { AccountPlan } from "../../core/accounts/attachment.ts";
import type { Outcome, RunEvent } from "../../core/document.ts";
import type { FlagNote } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import {
	ChangeReport,
	type OutputOptions,
	type ReportForm,
} from "../apply/change-report.ts";
import { onCluster } from "../on-cluster.ts";
import type { SourceChoice } from "../read/find-source.ts";
import { type Selection, selectNamespaces } from "../read/select-namespaces.ts";
import { warn } from "../tell.ts";
import { editAccounts } from "./edit-accounts.ts";
import { type AccountChoice, findAccounts } from "./find-accounts.ts";

/** What attach and detach are told. */
export interface AccountChange extends OutputOptions {
	readonly connection: ConnectionFlags;
	/** Undefined: the context's namespace. */
	readonly places: Selection | undefined;
	readonly accounts: AccountChoice;
	readonly source: SourceChoice;
	/** Warnings about the command line. */
	readonly notes: readonly FlagNote[];
}

export interface AccountRun {
	readonly change: AccountChange;
	/** The namespaces that are meant, as they were selected. */
	readonly selection: Selection;
	readonly cluster: Cluster;
	readonly world: World;
	readonly report: ChangeReport;
}

/** What is done about the record; neither `before` nor `after` throws because it cannot be written. */
export interface RecordSteps {
	/** The pull secret's name. Throws FailureError where it is not known which is meant, or its record cannot be read. */
	readonly key: () => Promise<string>;
	/** Before any account is changed. */
	readonly before?: (namespaces: readonly string[]) => Promise<void>;
	/** After them, with what became of each. */
	readonly after?: (results: readonly ChangeResult[]) => Promise<void>;
}

/** In what attach and detach differ. */
interface AccountChangeOptions {
	/** Whether accounts get the pull secret, or lose it. */
	readonly gives: boolean;
	readonly plan: (account: ServiceAccount, key: string) => AccountPlan;
	/** Only accounts with these labels, where they are listed. */
	readonly labelSelector?: string;
	readonly form: ReportForm;
	/** As for `editAccounts`. */
	readonly awaitDefault: boolean;
	/** Said where no account is meant. */
	readonly none: RunEvent;
	/** Begins what is done about the source's record, beside the accounts. */
	readonly record: (run: AccountRun) => RecordSteps;
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
	how: AccountChangeOptions,
): Promise<Outcome> {
	warn(world, ...change.notes);
	return onCluster(world, change.connection, async (cluster) => {
		const selection = change.places ?? {
			by: "names",
			names: [cluster.namespace],
		};
		const report = new ChangeReport(world, cluster, how.form);
		const record = how.record({ change, selection, cluster, world, report });
		const namespaces = await selectNamespaces(selection, how.gives, cluster);
		const targets = await findAccounts(
			cluster,
			selection,
			namespaces,
			change.accounts,
			how.labelSelector,
		);
		const key = await record.key();
		return await report.whatIsDone(async () => {
			await record.before?.(namespaces.map(({ namespace }) => namespace));
			if (targets.length === 0 && report.results.length === 0)
				world.emit(how.none);
			const changed = await editAccounts(targets, {
				cluster,
				world,
				dryRun: change.dryRun,
				plan: (account) => how.plan(account, key),
				awaitDefault: how.awaitDefault,
				onResult: report.add,
			});
			await record.after?.(report.results);
			await how.after?.(cluster, changed, report.results, key);
			return report.finish({ withSummary: targets.length > 1 && "accounts" });
		});
	});
}
