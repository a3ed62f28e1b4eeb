import type { ChangeFormat } from "../../actions/apply/change-report.ts";
import type { CopySettings } from "../../actions/apply/copy-settings.ts";
import type { DryRun } from "../../core/output/result.ts";

/** What one sync is to do, in one cluster. */
export interface SyncSettings extends CopySettings {
	readonly yes: boolean;
	readonly quiet: boolean;
	readonly output: ChangeFormat | undefined;
	readonly dryRun: DryRun;
	/** Only what would change is shown. */
	readonly diff: boolean;
}
