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
		const leave = await this.enter();
		try {
			return await work();
		} finally {
			leave();
		}
	}

	/** A place, and what gives it back, to be called once. */
	async enter(): Promise<() => void> {
		if (this.#isFree) this.#taken++;
		// Until somebody who leaves has given the place on.
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		return () => {
			this.#taken--;
			while (this.#isFree && this.areWanted) {
				this.#taken++;
				this.#waiting.shift()?.();
			}
		};
	}

	get #isFree(): boolean {
		return this.#taken < Math.floor(this.most());
	}
}
