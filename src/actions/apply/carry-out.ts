import type { Counted } from "../../core/output/progress.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import { unfinished } from "../../errors.ts";
import type { World } from "../../world.ts";
import { type ApplyOptions, apply, isSettled, type Step } from "./apply.ts";
import { showProgress } from "./show-progress.ts";

interface CarryOutOptions
	extends Pick<ApplyOptions, "cluster" | "reader" | "dryRun" | "replan"> {
	readonly world: World;
	readonly quiet: boolean;
	readonly what: Counted["what"];
	/** Called once a step, in the plan's order. */
	readonly onResult: Exclude<ApplyOptions["onResult"], undefined>;
	/** Those that are done before all others; they are told in their places all the same. */
	readonly first?: readonly Step[];
}

/** Carries out a plan, shown as it goes. Throws what makes the rest pointless, with how far it came. */
export async function carryOut(
	steps: readonly Step[],
	{ what, quiet, first = [], onResult, ...how }: CarryOutOptions,
): Promise<void> {
	const planned = new Set(steps.filter((step) => !isSettled(step)));
	const total = planned.size;
	let done = 0;
	try {
		await showProgress(how.world, { total, quiet }, async (shown) => {
			// What is settled is nothing to do, or was counted when it was done.
			const onDone = (step: Step, { action }: ChangeResult): void => {
				if (!planned.has(step)) return;
				if (action !== "failed") done++;
				shown();
			};
			const results = await apply(first, { ...how, onDone });
			const early = new Map(first.map((step, at) => [step, results[at]]));
			const left = steps.map((step) => early.get(step) ?? step);
			await apply(left, { ...how, onResult, onDone });
		});
	} catch (error) {
		throw unfinished(error, { done, of: total, what });
	}
}
