import type { Outcome } from "../../core/document.ts";
import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import { EXIT } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** The formats of `-o` for a command that changes things. */
export const CHANGE_FORMATS = ["json", "name", "yaml"] as const;
export type ChangeFormat = (typeof CHANGE_FORMATS)[number];

/** How results are to be shown. */
export interface OutputOptions {
	readonly dryRun: DryRun;
	readonly output: ChangeFormat | undefined;
	/** No unchanged lines and no summary. */
	readonly quiet: boolean;
}

/** Tells of results as they come, and keeps them for the outcome. */
export class ChangeReport {
	readonly #results: ChangeResult[] = [];

	constructor(
		readonly world: Pick<World, "emit">,
		readonly cluster: Pick<Cluster, "contextFlags">,
	) {}

	/** One more result; its line appears at once, but for a failure: those of one cause are one line in the end. */
	readonly add = (result: ChangeResult): void => {
		this.#results.push(result);
		this.world.emit({ type: "change", result });
	};

	/** What has been added so far. */
	get results(): readonly ChangeResult[] {
		return this.#results;
	}

	/** Whether anything has failed so far. */
	get failed(): boolean {
		return this.#results.some((result) => result.action === "failed");
	}

	/** Does `work`; where it throws, the outcome is what was done so far, and what ended it. */
	async whatIsDone(work: () => Promise<Outcome>): Promise<Outcome> {
		try {
			return await work();
		} catch (error) {
			return {
				...this.finish({ withSummary: false }),
				status: EXIT.failed,
				ended: { error },
			};
		}
	}

	/** The outcome; with how many of each there are where the command says so. */
	finish({ withSummary }: { withSummary: boolean }): Outcome {
		return {
			status: this.failed ? EXIT.failed : EXIT.done,
			document: {
				kind: "changes",
				clusters: [
					{
						contextFlags: this.cluster.contextFlags,
						results: this.#results,
					},
				],
				summary: withSummary,
			},
		};
	}
}
