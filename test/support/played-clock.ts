import type { Clock } from "../../src/world.ts";

/** A clock that stands still until it is set forward. */
export interface PlayedClock extends Clock {
	/** Times, in milliseconds, at which somebody waits to be woken. */
	waiting(): number[];
	/** Sets it forward to a time, and wakes who waited for it. */
	set(time: number): void;
}

/** Starts at 0. `onWait` is called whenever somebody begins to wait. */
export function playedClock(onWait: () => void = () => {}): PlayedClock {
	let now = 0;
	const waiting = new Set<{ until: number; wake: () => void }>();
	return {
		now: () => now,
		elapsed: () => now,
		delay: (ms, signal) =>
			new Promise((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason);
				const one = { until: now + ms, wake: resolve };
				waiting.add(one);
				onWait();
				signal?.addEventListener("abort", () => {
					waiting.delete(one);
					reject(signal.reason);
				});
			}),
		waiting: () => [...waiting].map(({ until }) => until),
		set(time) {
			now = time;
			for (const one of waiting)
				if (one.until <= now) {
					waiting.delete(one);
					one.wake();
				}
		},
	};
}
