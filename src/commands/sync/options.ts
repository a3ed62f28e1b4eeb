import type { AccountChoice } from "../../actions/accounts/find-accounts.ts";
import type { ChangeFormat } from "../../actions/apply/change-report.ts";
import type { SourceChoice } from "../../actions/read/find-source.ts";
import type { Selection } from "../../actions/read/select-namespaces.ts";
import type { DryRun } from "../../core/output/result.ts";
import type { UsageLabel } from "../../core/pull-secrets/ownership.ts";

/** What one sync is to do, in one cluster. */
export interface SyncSettings {
	readonly source: SourceChoice;
	readonly owner: UsageLabel;
	readonly selection: Selection;
	readonly exclude: readonly string[];
	readonly copyLabels: Readonly<Record<string, string>>;
	readonly attach: AccountChoice | undefined;
	readonly prune: boolean;
	readonly force: boolean;
	readonly yes: boolean;
	readonly quiet: boolean;
	readonly output: ChangeFormat | undefined;
	readonly dryRun: DryRun;
}
