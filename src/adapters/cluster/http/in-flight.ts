/** Where it starts, and the bounds. */
const START = 32;
const LEAST = 2;
const MOST = 64;
/** By how much it grows with an answer, while more is waiting. */
const GROWTH = 1 / 4;
/** Milliseconds: what was under way together fails together, and counts once. */
const TOGETHER = 250;

/**
 * How many requests may be under way at once: halved when the server says that it is too much, or a
 * connection takes everything on it away, and grown again with what is answered.
 */
export class InFlight {
	readonly #most: number;
	readonly #now: () => number;
	readonly #waiting: (() => void)[] = [];
	#limit: number;
	#running = 0;
	#halved = -Infinity;

	/** `most`: the user's --concurrency. `now`: milliseconds that only ever grow. */
	constructor(most: number | undefined, now: () => number) {
		this.#most = most ?? MOST;
		this.#limit = Math.min(START, this.#most);
		this.#now = now;
	}

	/** Runs `act` when there is room. */
	async run<T>(act: () => Promise<T>): Promise<T> {
		if (this.#running < Math.floor(this.#limit)) this.#running++;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			const result = await act();
			if (this.#waiting.length > 0) this.#set(this.#limit + GROWTH);
			return result;
		} finally {
			this.#running--;
			this.#admit();
		}
	}

	/** The server asked for less, or a connection took everything on it away. */
	overloaded(): void {
		if (this.#now() - this.#halved < TOGETHER) return;
		this.#halved = this.#now();
		this.#set(this.#limit / 2);
	}

	#set(limit: number): void {
		const least = Math.min(LEAST, this.#most);
		this.#limit = Math.min(this.#most, Math.max(least, limit));
	}

	#admit(): void {
		while (this.#running < Math.floor(this.#limit)) {
			const next = this.#waiting.shift();
			if (next === undefined) return;
			this.#running++;
			next();
		}
	}
}
