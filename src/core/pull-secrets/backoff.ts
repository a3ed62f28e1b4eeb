import { growingPause } from "../pauses.ts";

/** What happened in one namespace lately, as far as it slows us down. Times in milliseconds. */
export interface Backoff {
	/** Failures since the last success. */
	readonly failures: number;
	/** Writes that followed closely on each other. */
	readonly streak: number;
	readonly wroteAt: number;
	/** What was written last, in a word: where another thing is to be written by now, nobody need have undone it. */
	readonly of: string;
	/** That these writes are undone was told. */
	readonly told: boolean;
}

/** Of a namespace where nothing has happened yet. */
export const FRESH: Backoff = {
	failures: 0,
	streak: 0,
	wroteAt: -Infinity,
	of: "",
	told: false,
};

/** Up to this many writes in a row may be a person's edits; more are taken for a controller that undoes ours. */
const PATIENCE = 5;
/** Writes further apart than this, plus what we waited ourselves, do not belong together. */
const TOGETHER = 10_000;
const WRITE_PAUSES = { first: 1000, longest: 60_000 };

/** After a write at `now`, `of` something; `told`: with it was told that it is undone. */
export function afterWrite(
	backoff: Backoff,
	now: number,
	of = "",
	told = false,
): Backoff {
	const together = now - backoff.wroteAt <= TOGETHER + writePause(backoff);
	return {
		failures: 0,
		streak: together ? backoff.streak + 1 : 1,
		wroteAt: now,
		of,
		told: told || (together && backoff.told),
	};
}

/**
 * The same once it is told that somebody undoes what is written, where `of` is to be written again;
 * undefined: nobody does so, or it was told.
 */
export function toldOfQuarrel(backoff: Backoff, of = ""): Backoff | undefined {
	const isTold = backoff.streak < PATIENCE || backoff.of !== of || backoff.told;
	return isTold ? undefined : { ...backoff, told: true };
}

/** After a try that failed. */
export function afterFailure(backoff: Backoff): Backoff {
	return { ...backoff, failures: backoff.failures + 1 };
}

/** How long to wait before trying again what failed: a second, then twice as long each time, up to `longest`. */
export function retryAfter({ failures }: Backoff, longest: number): number {
	return growingPause(failures, { first: 1000, longest });
}

/**
 * When the next write may be made. Somebody who undoes every write of ours at once
 * (another controller, a second watcher with other labels) would otherwise be fought
 * as fast as the server allows.
 */
export function nextWrite(backoff: Backoff): number {
	return backoff.wroteAt + writePause(backoff);
}

function writePause({ streak }: Backoff): number {
	return streak < PATIENCE
		? 0
		: growingPause(streak - PATIENCE + 1, WRITE_PAUSES);
}
