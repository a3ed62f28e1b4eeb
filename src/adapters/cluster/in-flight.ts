/** Where it starts, and the bounds in which it adapts. */
const START = 16;
const LEAST = 2;
const MOST = 64;
/** Milliseconds: with slower answers than this, more requests only wait in the server instead of here. */
const SLOW = 500;

/**
 * How many requests may be under way at once. Grows by one for every answer that came quickly (so it
 * doubles in a round trip), shrinks by a tenth with slow ones and by half when the server says that it
 * is too much. `most` is the user's --concurrency.
 */
export class InFlight {
	private limit: number;
	private running = 0;
	private readonly waiting: (() => void)[] = [];
	private readonly most: number;
	private shrunk = -Infinity;

	constructor(
		most: number | undefined,
		private readonly now: () => number,
	) {
		this.most = most ?? MOST;
		this.limit = Math.min(START, this.most);
	}

	/** Runs `act` when there is room. */
	async run<T>(act: () => Promise<T>): Promise<T> {
		if (this.running < this.limit) this.running++;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		const began = this.now();
		try {
			const result = await act();
			this.answered(this.now() - began);
			return result;
		} finally {
			this.running--;
			this.admit();
		}
	}

	/** The server asked for less. Counted once for all that were under way together. */
	overloaded(): void {
		this.shrink(0.5, 250);
	}

	private answered(took: number): void {
		if (took > SLOW) this.shrink(0.9, took);
		else if (this.running >= this.limit - 1 || this.waiting.length > 0)
			this.limit = Math.min(this.most, this.limit + 1);
	}

	private shrink(factor: number, pause: number): void {
		if (this.now() - this.shrunk < pause) return;
		this.shrunk = this.now();
		this.limit = Math.max(
			Math.min(LEAST, this.most),
			Math.floor(this.limit * factor),
		);
	}

	private admit(): void {
		while (this.running < this.limit) {
			const next = this.waiting.shift();
			if (next === undefined) return;
			this.running++;
			next();
		}
	}
}
