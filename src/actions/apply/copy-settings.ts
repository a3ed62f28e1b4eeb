import type { Rule } from "../../core/pull-secrets/record.ts";
import type { SourceChoice } from "../read/find-source.ts";
import type { Selection } from "../read/select-namespaces.ts";

/** The namespaces that a command line of `sync` means. */
export type SyncSelection =
	| Selection
	| Rule
	/** Those whose pods pull with the source. */
	| { readonly by: "needed" }
	/** Those that are recorded; where none is, it is asked. */
	| { readonly by: "record" };

/** What copies are to be like, and where. */
export interface CopySettings {
	readonly source: SourceChoice;
	readonly selection: SyncSelection;
	readonly exclude: readonly string[];
	readonly copyLabels: Readonly<Record<string, string>>;
	/** Service accounts that are to pull with it; `*`: all there are. */
	readonly attach: readonly string[];
	/** Delete the source's copies elsewhere, and let the record say so. */
	readonly prune: boolean;
	/** Copies that are not recorded. */
	readonly once: boolean;
	readonly adopt: boolean;
	readonly force: boolean;
}
