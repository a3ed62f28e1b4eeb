import type { DryRun } from "../core/result.ts";
import type { ChangeFormat } from "./change-report.ts";
import type { AccountChoice } from "./find-accounts.ts";
import type { SourceChoice } from "./find-source.ts";
import type { Selection } from "./select-namespaces.ts";

/** What one sync is to do, in one cluster. */
export interface Syncing {
	readonly source: SourceChoice;
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
