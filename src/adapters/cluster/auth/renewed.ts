import type { Clock } from "../../../world.ts";
import type { Credential, Credentials } from "./credentials.ts";

/** A credential of a plugin or a file, and until when it is good. */
export interface Issued {
	readonly credential: Credential;
	/** Milliseconds since 1970; absent: it says nothing of an end. */
	readonly expires?: number | undefined;
}

/** Milliseconds for which a failure is everybody's answer: a plugin may ask a person each time. */
const FAILURE = 5_000;

/**
 * Credentials that somebody issues on demand: once for any number of requests that wait for one, again
 * when they expire, and again when the server refuses them.
 */
export function renewed(
	issue: () => Promise<Issued>,
	clock: Clock,
): Credentials {
	let held: Promise<Issued> | undefined;
	let failed: number | undefined;

	function fetch(): Promise<Issued> {
		const fetching = issue();
		held = fetching;
		failed = undefined;
		fetching.catch(() => {
			failed = clock.elapsed();
		});
		return fetching;
	}

	async function usable(): Promise<Issued> {
		if (held === undefined) return fetch();
		if (failed !== undefined && clock.elapsed() - failed >= FAILURE)
			return fetch();
		const before = held;
		const issued = await held;
		if (issued.expires === undefined || issued.expires > clock.now())
			return issued;
		// Whoever waited for the same one has fetched the next already.
		return held === before ? fetch() : usable();
	}

	return {
		current: async () => (await usable()).credential,
		async renew(refused) {
			const before = held;
			if (before && (await before).credential !== refused) return true;
			// Whoever was refused at the same time may be fetching the next one.
			const { credential } = await (held === before || !held ? fetch() : held);
			return credential !== refused;
		},
	};
}
