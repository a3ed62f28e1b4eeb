import { hrtime } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../world.ts";

export const systemClock: Clock = {
	now: () => Date.now(),
	// `performance` would load node:perf_hooks for it.
	elapsed: () => Number(hrtime.bigint()) / 1e6,
	async delay(ms, signal) {
		try {
			await sleep(ms, undefined, signal && { signal });
		} catch (error) {
			// Node's own AbortError would hide why: callers end with the interrupt's reason.
			throw signal?.aborted ? signal.reason : error;
		}
	},
};
