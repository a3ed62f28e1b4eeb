/** Where it starts, and the bounds in which it adapts. */
const START = 32;
const LEAST = 2;
const MOST = 64;
/** Answers may take so much longer than the quickest, in milliseconds, before fewer are asked for at once. */
const TOLERANCE = { times: 2, plus: 400 };
/** How many answers the present time is an average of. */
const PRESENT = 10;
/** Milliseconds: what was under way together fails together, and counts once. */
const TOGETHER = 250;

/** What takes alike long: a write may wait for admission webhooks, a read never does. */
export type Sort = "read" | "write";

/**
 * How many requests may be under way at once. While answers come as quickly as they can, the number
 * grows; when they take much longer, requests only queue in the server, and it shrinks in proportion;
 * when the server says that it is too much, it is halved.
 */
export class InFlight {
	private limit: number;
	private running = 0;
	private readonly waiting: (() => void)[] = [];
	private readonly most: number;
	private readonly paces = { read: new Backoff(), write: new Backoff() };
	/** Answers until the number is reconsidered. */
	private left: number;
	private halved = -Infinity;

	/** `most`: the user's --concurrency. */
	constructor(
		most: number | undefined,
		private readonly now: () => number,
	) {
		this.most = most ?? MOST;
		this.limit = Math.min(START, this.most);
		this.left = this.limit;
	}

	/** Runs `act` when there is room. */
	async run<T>(sort: Sort, act: () => Promise<T>): Promise<T> {
		if (this.running < Math.floor(this.limit)) this.running++;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		const began = this.now();
		try {
			const result = await act();
			this.answered(sort, this.now() - began);
			return result;
		} finally {
			this.running--;
			this.admit();
		}
	}

	/** The server asked for less, or a connection took everything on it away. */
	overloaded(): void {
		if (this.now() - this.halved < TOGETHER) return;
		this.halved = this.now();
		this.set(this.limit / 2);
	}

	private answered(sort: Sort, took: number): void {
		const gradient = this.paces[sort].answered(took);
		if (--this.left > 0) return;
		// Without need there is nothing to find out about more.
		const more = this.waiting.length > 0 ? Math.sqrt(this.limit) : 0;
		this.set(this.limit * Math.max(0.5, gradient) + more);
	}

	private set(limit: number): void {
		const least = Math.min(LEAST, this.most);
		this.limit = Math.min(this.most, Math.max(least, limit));
		this.left = Math.ceil(this.limit);
	}

	private admit(): void {
		while (this.running < Math.floor(this.limit)) {
			const next = this.waiting.shift();
			if (next === undefined) return;
			this.running++;
			next();
		}
	}
}

/** How long answers take, and how quickly they could come. */
class Backoff {
	private present = 0;
	private quickest = Infinity;

	/** Notes an answer; returns what part of the requests in flight it takes to be quick, at most 1. */
	answered(took: number): number {
		this.present =
			this.present === 0
				? took
				: this.present + (took - this.present) / PRESENT;
		this.quickest = Math.min(this.quickest, took);
		const quick = TOLERANCE.times * this.quickest + TOLERANCE.plus;
		return Math.min(1, quick / this.present);
	}
}
