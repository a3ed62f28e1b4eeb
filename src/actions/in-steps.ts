import type { Steps } from "../core/steps.ts";
import type { World } from "../world.ts";

/** So long, in milliseconds, nothing but the computation is heard. */
const BREATH = 50;

/** Lets an interruption be heard, where that was long ago, in work whose length others decide. Throws AbortedError. */
export function breathing({
	clock,
	interrupt,
}: Pick<World, "clock" | "interrupt">): () => Promise<void> {
	let heard = clock.elapsed();
	let pause: Promise<void> | undefined;
	const hear = async (): Promise<void> => {
		await clock.delay(0, interrupt);
		heard = clock.elapsed();
		pause = undefined;
	};
	return async () => {
		if (clock.elapsed() - heard >= BREATH) pause ??= hear();
		// Of many that work at once all wait: each would go on for as long.
		await pause;
	};
}

/** Runs a computation to its end; throws the interrupt's AbortedError within a few steps of an interruption. */
export async function inSteps<Result>(
	steps: Steps<Result>,
	world: Pick<World, "clock" | "interrupt">,
): Promise<Result> {
	const breathe = breathing(world);
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
		await breathe();
	}
}
