/**
 * How long a watch may be silent, in milliseconds: API servers send each a bookmark about once a
 * minute. https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks
 */
export const LONGEST_SILENCE = 150_000;

/** Something that is watched, and since when nothing was heard of it, in milliseconds since 1970. */
export interface Silence {
	readonly what: string;
	readonly since: number;
}

/** Whether what stays and watches is alive and of use: of its own work, not of its answering alone. */
export class Vitals {
	readonly #heard = new Map<string, number>();
	#isReady = false;

	/** Something came from the API server about this, or it begins to be watched. */
	heard(what: string, now: number): void {
		this.#heard.set(what, now);
	}

	/** When each was last heard of, in milliseconds since 1970. */
	get lastHeard(): ReadonlyMap<string, number> {
		return this.#heard;
	}

	/** Everything has been looked at once. */
	ready(): void {
		this.#isReady = true;
	}

	get isReady(): boolean {
		return this.#isReady;
	}

	/** What has been silent for too long: none is a good sign. */
	silent(now: number): Silence[] {
		return [...this.#heard]
			.filter(([, since]) => now - since > LONGEST_SILENCE)
			.map(([what, since]) => ({ what, since }));
	}
}
