import { growingPause } from "../pauses.ts";

/** What happened lately, as far as it slows us down. Times in milliseconds. */
interface Backoff {
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

const FRESH: Backoff = {
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
const LONGEST_PAUSE = 60_000;

/** What happened lately to each of several things, by name. */
export class Backoffs {
	readonly #all = new Map<string, Backoff>();

	#of(name: string): Backoff {
		return this.#all.get(name) ?? FRESH;
	}

	/** Whether anything happened to it. */
	has(name: string): boolean {
		return this.#all.has(name);
	}

	/** What bears the name from now on is another. */
	forget(name: string): void {
		this.#all.delete(name);
	}

	/** It was written at `now`, `of` something; `told`: with it was told that it is undone. */
	wrote(name: string, now: number, of = "", told = false): void {
		const before = this.#of(name);
		const together = now - before.wroteAt <= TOGETHER + writePause(before);
		this.#all.set(name, {
			failures: 0,
			streak: together ? before.streak + 1 : 1,
			wroteAt: now,
			of,
			told: told || (together && before.told),
		});
	}

	/**
	 * Whether somebody undoes what is written, where `of` is to be written again, and that is yet to be told: it
	 * counts as told.
	 */
	isQuarrel(name: string, of = ""): boolean {
		const backoff = this.#of(name);
		if (backoff.streak < PATIENCE || backoff.of !== of || backoff.told)
			return false;
		this.#all.set(name, { ...backoff, told: true });
		return true;
	}

	/** A try failed. */
	failed(name: string): void {
		const before = this.#of(name);
		this.#all.set(name, { ...before, failures: before.failures + 1 });
	}

	/** Whether a try failed since the last success. */
	hasFailed(name: string): boolean {
		return this.#of(name).failures > 0;
	}

	/** How long to wait before trying again what failed: a second, then twice as long each time, up to `longest`. */
	retryAfter(name: string, longest: number): number {
		return growingPause(this.#of(name).failures, { first: 1000, longest });
	}

	/**
	 * When the next write may be made. Somebody who undoes every write of ours at once
	 * (another controller, a second watcher with other labels) would otherwise be fought
	 * as fast as the server allows.
	 */
	nextWrite(name: string, longest = LONGEST_PAUSE): number {
		const backoff = this.#of(name);
		return backoff.wroteAt + writePause(backoff, longest);
	}
}

function writePause({ streak }: Backoff, longest = LONGEST_PAUSE): number {
	return streak < PATIENCE
		? 0
		: growingPause(streak - PATIENCE + 1, { first: 1000, longest });
}
