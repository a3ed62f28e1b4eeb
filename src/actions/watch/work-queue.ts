import { unlessAborted } from "../../errors.ts";
import type { Clock } from "../../world.ts";

/** Names to be seen to, each by one worker at a time: now or later, and again where one comes up again meanwhile. */
export class WorkQueue {
	readonly #ready = new Set<string>();
	readonly #later = new Map<string, number>();
	readonly #busy = new Map<string, Promise<void>>();
	#wake = () => {};

	constructor(readonly clock: Clock) {}

	/** As soon as possible, or at `time` (milliseconds of `Clock.elapsed`, which nobody sets); the earlier time counts. */
	add(name: string, time = 0): void {
		if (time <= this.clock.elapsed()) {
			this.#later.delete(name);
			this.#ready.add(name);
		} else if (!this.#ready.has(name))
			this.#later.set(name, Math.min(time, this.#later.get(name) ?? time));
		this.#wake();
	}

	/** Sees to names with `work`, so many at once, until the signal; then waits for the work under way. */
	async run(
		work: (name: string) => Promise<void>,
		atOnce: number,
		signal: AbortSignal,
	): Promise<never> {
		let failure: { error: unknown } | undefined;
		try {
			for (;;) {
				signal.throwIfAborted();
				if (failure) throw failure.error;
				this.#promote();
				for (const name of this.#ready) {
					if (this.#busy.size >= atOnce) break;
					if (this.#busy.has(name)) continue;
					this.#ready.delete(name);
					const working = work(name)
						.catch((error: unknown) => {
							failure ??= { error };
						})
						.finally(() => {
							this.#busy.delete(name);
							this.#wake();
						});
					this.#busy.set(name, working);
				}
				await this.#somethingToDo(signal);
			}
		} finally {
			await Promise.all(this.#busy.values());
		}
	}

	#promote(): void {
		const now = this.clock.elapsed();
		for (const [name, time] of this.#later)
			if (time <= now) {
				this.#later.delete(name);
				this.#ready.add(name);
			}
	}

	/** Until a name is added, work ends, or the next time has come. */
	async #somethingToDo(signal: AbortSignal): Promise<void> {
		const woken = Promise.withResolvers<void>();
		this.#wake = woken.resolve;
		let next = Infinity;
		for (const time of this.#later.values()) next = Math.min(next, time);
		const cancel = new AbortController();
		if (Number.isFinite(next))
			this.clock
				.delay(Math.max(0, next - this.clock.elapsed()), cancel.signal)
				.then(woken.resolve, () => {});
		try {
			await unlessAborted(woken.promise, signal);
		} finally {
			cancel.abort();
		}
	}
}
