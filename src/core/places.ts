/**
 * Places for work that is under way at once, given to whoever waits longest. How many there are may
 * change: fewer take nothing away from what is under way.
 */
export class Places {
	readonly #waiting: (() => void)[] = [];
	#taken = 0;

	/** `most`: how many there are at this moment; counted down to a whole number. */
	constructor(readonly most: () => number) {}

	/** Whether somebody waits for one. */
	get areWanted(): boolean {
		return this.#waiting.length > 0;
	}

	/** Resolves, or rejects, with what `work` does, once there is a place for it. */
	async take<Result>(work: () => Promise<Result>): Promise<Result> {
		if (!this.#takes()) await this.#turn();
		try {
			return await work();
		} finally {
			this.#leave();
		}
	}

	/** A place, and what gives it back, to be called once. */
	async enter(): Promise<() => void> {
		if (!this.#takes()) await this.#turn();
		return () => this.#leave();
	}

	#takes(): boolean {
		if (!this.#isFree) return false;
		this.#taken++;
		return true;
	}

	/** Until somebody who left has given the place on. */
	#turn(): Promise<void> {
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	#leave(): void {
		this.#taken--;
		this.#admit();
	}

	get #isFree(): boolean {
		return this.#taken < Math.floor(this.most());
	}

	#admit(): void {
		while (this.#isFree) {
			const next = this.#waiting.shift();
			if (next === undefined) return;
			this.#taken++;
			next();
		}
	}
}
