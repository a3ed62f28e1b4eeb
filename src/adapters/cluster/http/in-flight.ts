import { Places } from "../../../core/places.ts";

/** Where it starts, and the bounds. */
const START = 32;
const LEAST = 2;
const MOST = 64;
/** By how much it grows with an answer, while more is waiting and nothing was refused so far. */
const FIRST_GROWTH = 1 / 4;

/**
 * How many requests may be under way at once: halved when one says that it is too much, and grown again
 * with what is answered, by one for as many answers as are under way, so that a server at its limit
 * refuses one request now and then and not hundreds.
 */
export class InFlight {
	readonly #most: number;
	readonly #places = new Places(() => this.#limit);
	#limit: number;
	#halvings = 0;

	/** `most`: the user's --concurrency. `isTooMuch`: whether what a request failed with asks for fewer at once. */
	constructor(
		most: number | undefined,
		readonly isTooMuch: (error: unknown) => boolean,
	) {
		this.#most = most ?? MOST;
		this.#limit = Math.min(START, this.#most);
	}

	/** Runs `act` when there is room. Rejects with what it rejects with. */
	async run<T>(act: () => Promise<T>): Promise<T> {
		return this.#places.take(async () => {
			const before = this.#halvings;
			try {
				const result = await act();
				if (this.#places.areWanted) this.#grow();
				return result;
			} catch (error) {
				// What was under way together fails together, and counts once.
				if (before === this.#halvings && this.isTooMuch(error)) this.#halve();
				throw error;
			}
		});
	}

	#grow(): void {
		const step = this.#halvings === 0 ? FIRST_GROWTH : 1 / this.#limit;
		this.#limit = Math.min(this.#most, this.#limit + step);
	}

	#halve(): void {
		this.#halvings++;
		this.#limit = Math.max(Math.min(LEAST, this.#most), this.#limit / 2);
	}
}
