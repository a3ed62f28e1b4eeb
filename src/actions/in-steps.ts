import type { Steps } from "../core/steps.ts";
import type { World } from "../world.ts";

/** So long, in milliseconds, nothing but the computation is heard. */
const BREATH = 50;

/** Runs a computation to its end; throws the interrupt's AbortedError within a few steps of an interruption. */
export async function inSteps<Result>(
	steps: Steps<Result>,
	{ clock, interrupt }: Pick<World, "clock" | "interrupt">,
): Promise<Result> {
	let heard = clock.elapsed();
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
		if (clock.elapsed() - heard < BREATH) continue;
		await clock.delay(0, interrupt);
		heard = clock.elapsed();
	}
}
