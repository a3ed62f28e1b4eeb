import type { Given } from "../core/command-line/flag.ts";
import { goDuration, lifetimeIn } from "../core/pull-secrets/go-duration.ts";
import { UsageError } from "../errors.ts";

/** kubectl's own durations: as below, or a bare number of seconds, in milliseconds. Throws UsageError. */
export function parseTimeout(value: string, flag: string): number {
	return /^\d+$/.test(value)
		? Number(value) * 1000
		: parseDuration(value, flag);
}

/**
 * A Go duration (`1m30s`), in milliseconds. Throws UsageError, also for a number without a unit: 3 may
 * be meant as seconds, hours or days.
 */
export function parseDuration(value: string, flag: string): number {
	const time = goDuration(value);
	if (time === undefined) throw noDuration(flag, "30s, 2m or 1h30m");
	return time;
}

function noDuration(flag: string, such: string): UsageError {
	return new UsageError(
		`invalid value for ${flag}: must be a duration such as ${such}`,
	);
}

/** A century, in milliseconds: what ends later is no date that a registry would know. */
const LONGEST_LIFE = 36_525 * 24 * 3_600_000;

/**
 * A flag's length of time, which may also count days (`7d`, `1d12h`), in milliseconds; more than none.
 * Undefined where it is not given. Throws UsageError.
 */
export function lifetimeOf(given: Given, name: string): number | undefined {
	const value = given.text(name);
	if (value === undefined) return undefined;
	const time = lifetimeIn(value) ?? 0;
	if (time > 0 && time <= LONGEST_LIFE) return time;
	throw noDuration(`--${name}`, "12h, 7d or 1d12h, of a century at most");
}

/** A whole number of at least `least`. Throws UsageError. */
export function parseCount(value: string, flag: string, least: number): number {
	const count = Number(value);
	if (!/^\d+$/.test(value) || !Number.isSafeInteger(count) || count < least)
		throw new UsageError(
			`invalid value for ${flag}: must be a whole number of at least ${least}`,
		);
	return count;
}
