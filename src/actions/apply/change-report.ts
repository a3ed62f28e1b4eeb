import type { ChangedCluster, Outcome } from "../../core/document.ts";
import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Script } from "../../core/output/shell.ts";
import {
	type Preview,
	previewDifferences,
	previewObject,
} from "../../core/preview.ts";
import { withRecord } from "../../core/pull-secrets/change.ts";
import type {
	ChangedObject,
	Sign,
} from "../../core/pull-secrets/differences.ts";
import {
	AbortedError,
	ConnectionError,
	EXIT,
	UsageError,
	unfinished,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { tell } from "../tell.ts";

/** The formats of `-o` for a command that changes things. */
export const CHANGE_FORMATS = ["json", "name", "yaml"] as const;
type ChangeFormat = (typeof CHANGE_FORMATS)[number];

/** What a command that changes something is to show of it. */
export interface OutputOptions {
	readonly dryRun: DryRun;
	readonly output: ChangeFormat | undefined;
	/** No unchanged lines and no summary. */
	readonly quiet: boolean;
	/** Only what would change, entry by entry; nothing is written. */
	readonly diff?: boolean;
}

/** What is made of results: their lines, what would change, or the objects as they would be. */
type ReportForm = "results" | "differences" | "objects";

/** The form that a command line asks for, of a command that can print all three. */
export function formOf({
	diff,
	dryRun,
	output,
}: Pick<OutputOptions, "diff" | "dryRun"> & {
	readonly output?: string | undefined;
}): ReportForm {
	if (diff) return "differences";
	const isObject = output === "json" || output === "yaml";
	return dryRun === "client" && isObject ? "objects" : "results";
}

/** Tells of results as they come, and keeps them for the outcome. */
export class ChangeReport {
	readonly #results: ChangeResult[] = [];
	/** By what they are about: what would be done about one object in two steps is one. */
	readonly #changed = new Map<string, ChangedObject>();
	readonly #objects = new Map<string, object>();

	constructor(
		readonly world: Pick<World, "emit">,
		readonly cluster: Pick<Cluster, "context" | "commandContext">,
		readonly form: ReportForm = "results",
	) {}

	/**
	 * One more result; its line appears at once, but for a failure: those of one cause are one line in the end.
	 * `earlier`: what was said of the same before, which holds no more.
	 */
	readonly add = (
		result: ChangeResult,
		preview?: Preview,
		earlier?: ChangeResult,
	): void => {
		const at = earlier === undefined ? -1 : this.#results.indexOf(earlier);
		if (at === -1) this.#results.push(result);
		else this.#results[at] = result;
		if (this.form === "results") this.world.emit({ type: "change", result });
		else if (this.form === "differences") this.#addDifferences(result, preview);
		else if (preview !== undefined) {
			const key = keyOf(result);
			const object = previewObject(preview, this.#objects.get(key));
			if (object !== undefined) this.#objects.set(key, object);
		}
	};

	/** The record of a source that would be another: part of what would change about it. */
	readonly addRecord = (
		source: Pick<ChangeResult, "namespace" | "name">,
		preview: Preview & { readonly of: "record" },
	): void => {
		const about = { ...source, kind: "Secret", action: "configured" } as const;
		if (this.form === "differences") this.#addDifferences(about, preview);
		const key = keyOf(about);
		const object = this.#objects.get(key);
		if (object !== undefined)
			this.#objects.set(key, withRecord(object, preview.after));
	};

	#addDifferences(about: About, preview: Preview | undefined): void {
		const { kind, namespace, name, action } = about;
		const is = SIGNS[action];
		if (is === undefined) return;
		const key = keyOf(about);
		const before = this.#changed.get(key)?.differences ?? [];
		const further = preview === undefined ? [] : previewDifferences(preview);
		const differences = [...before, ...further];
		this.#changed.set(key, { kind, namespace, name, is, differences });
	}

	get results(): readonly ChangeResult[] {
		return this.#results;
	}

	get failed(): boolean {
		return this.#results.some((result) => result.action === "failed");
	}

	/** Does `work`; where it throws, the outcome is what was done so far, and what ended it. */
	async whatIsDone(work: () => Promise<Outcome>): Promise<Outcome> {
		try {
			return await work();
		} catch (caught) {
			// What is wrong with the command line alone has no result, not even an empty one.
			if (caught instanceof UsageError && this.#results.length === 0)
				throw caught;
			const hasBegun =
				this.#results.some(({ action }) => SIGNS[action] !== undefined) ||
				(caught instanceof ConnectionError && caught.mayHaveWritten);
			const error = hasBegun ? unfinished(caught, "begun") : caught;
			if (error instanceof AbortedError && error.progress !== undefined)
				tell(this.world, { cause: "interrupted", progress: error.progress });
			return {
				...this.finish(),
				ended: { error, context: this.cluster.context },
			};
		}
	}

	/** The outcome where somebody wanted none of it, which is said. */
	cancelled(): Outcome {
		tell(this.world, { cause: "cancelled" });
		return this.finish();
	}

	/** The outcome where nothing came of it: what failed has been told, or somebody wanted none of it. */
	notDone(): Outcome {
		return this.failed ? this.finish() : this.cancelled();
	}

	/** The outcome; with how many of each there are, and what comes next, where the command says so. */
	finish({
		withSummary = false,
		next,
	}: {
		withSummary?: boolean | "accounts";
		next?: Script | undefined;
	} = {}): Outcome {
		const status = this.failed ? EXIT.failed : EXIT.done;
		const clusters: ChangedCluster[] = [
			{ commandContext: this.cluster.commandContext, results: this.#results },
		];
		switch (this.form) {
			case "results": {
				const more = next === undefined ? {} : { next };
				const summary = withSummary;
				const document = {
					kind: "changes",
					clusters,
					summary,
					...more,
				} as const;
				return { status, document };
			}
			case "differences": {
				const objects = [...this.#changed.values()];
				return {
					status: objects.length > 0 ? EXIT.failed : status,
					document: { kind: "differences", clusters, objects },
				};
			}
			case "objects": {
				const objects = [...this.#objects.values()];
				return { status, document: { kind: "objects", objects, clusters } };
			}
		}
	}
}

type About = Pick<ChangeResult, "kind" | "namespace" | "name" | "action">;

const SIGNS: Partial<Record<ChangeResult["action"], Sign>> = {
	created: "added",
	configured: "changed",
	deleted: "removed",
};

function keyOf({ kind, namespace, name }: Omit<About, "action">): string {
	return `${kind} ${namespace}/${name}`;
}
