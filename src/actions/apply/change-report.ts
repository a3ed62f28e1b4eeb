import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import { EXIT } from "../../errors.ts";
import { changeLine, changeName, summary } from "../../report/changes.ts";
import { json, yaml } from "../../report/structured.ts";
import type { Streams } from "../../world.ts";

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

/** Shows results as they come: lines on stdout, failures on stderr, the rest at the end. */
export class ChangeReport {
	readonly #results: ChangeResult[] = [];

	constructor(
		readonly streams: Streams,
		readonly showing: OutputOptions,
	) {}

	/** One more result; its line appears at once. */
	readonly add = (result: ChangeResult): void => {
		this.#results.push(result);
		if (result.reason !== "") this.streams.err.write(`${result.reason}\n`);
		const { output, quiet, dryRun } = this.showing;
		if (
			output === "json" ||
			output === "yaml" ||
			(quiet && result.action === "unchanged")
		)
			return;
		const line =
			output === "name" ? changeName(result) : changeLine(result, dryRun);
		if (line !== undefined) this.streams.out.write(line);
	};

	/** What has been added so far. */
	get results(): readonly ChangeResult[] {
		return this.#results;
	}

	/** Whether anything has failed so far. */
	get failed(): boolean {
		return this.#results.some((result) => result.action === "failed");
	}

	/** Does `work`; where it throws, what was done so far is the document of `-o json|yaml`. */
	async whatIsDone<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			await this.finish({ withSummary: false });
			throw error;
		}
	}

	/** The objects of `-o json|yaml`, and the summary where the command has one; returns the exit status. */
	async finish({ withSummary }: { withSummary: boolean }): Promise<number> {
		const { output, quiet, dryRun } = this.showing;
		if (output === "json")
			this.streams.out.write(json({ items: this.#results }));
		if (output === "yaml")
			this.streams.out.write(await yaml({ items: this.#results }));
		if (withSummary && !quiet)
			this.streams.err.write(summary(this.#results, dryRun));
		return this.failed ? EXIT.failed : EXIT.done;
	}
}
