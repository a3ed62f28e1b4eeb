/**
 * How long a watch may be silent, in milliseconds: API servers send each a bookmark about once a
 * minute. https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks
 */
export const LONGEST_SILENCE = 150_000;

/** Objects of one kind that are watched, in a namespace or everywhere. */
export interface Followed {
	/** As in the API server's URLs, in words: `secrets`, `service accounts`. */
	readonly kind: string;
	readonly namespace?: string | undefined;
}

/** For how long nothing was heard of what is watched, in milliseconds. */
export interface Silence {
	readonly followed: Followed;
	readonly lasts: number;
}

/**
 * Whether what stays and watches is alive and of use: of its own work, not of its answering alone.
 * Its times are those of a clock that is never set, in milliseconds: `Clock.elapsed`.
 */
export class Vitals {
	readonly #heard = new Map<string, { followed: Followed; at: number }>();
	#isReady = false;

	/** Something came from the API server about this, or it begins to be watched. */
	heard(followed: Followed, now: number): void {
		this.#heard.set(idOf(followed), { followed, at: now });
	}

	/** It is watched no longer. */
	forget(followed: Followed): void {
		this.#heard.delete(idOf(followed));
	}

	/** Nothing is watched any longer: it begins anew. */
	forgetAll(): void {
		this.#heard.clear();
	}

	/** Everything has been looked at once. */
	ready(): void {
		this.#isReady = true;
	}

	get isReady(): boolean {
		return this.#isReady;
	}

	/** Of everything that is watched. */
	silences(now: number): Silence[] {
		return [...this.#heard.values()].map(({ followed, at }) => ({
			followed,
			lasts: now - at,
		}));
	}

	/** What has been silent for too long: none is a good sign. */
	silent(now: number): Silence[] {
		return this.silences(now).filter(({ lasts }) => lasts > LONGEST_SILENCE);
	}
}

function idOf({ kind, namespace = "" }: Followed): string {
	return `${kind}/${namespace}`;
}
