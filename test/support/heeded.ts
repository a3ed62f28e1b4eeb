import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two looks. */
const PAUSE = 50;

/**
 * Asks until the answer is yes: a real API server heeds a binding or a policy some time after it was made.
 * How long that takes is the machine's, so nothing but the time limit of the whole run ends it; `signal`
 * tells that there is nothing to wait for any more.
 */
export async function heeded(
	asked: () => Promise<boolean>,
	signal?: AbortSignal,
): Promise<void> {
	while (!(await asked())) await delay(PAUSE, undefined, { signal });
}

/** Takes at least so many milliseconds: for what has to be slow, never for what should be over by then. */
export const slowly = (milliseconds: number): Promise<void> =>
	delay(milliseconds);
