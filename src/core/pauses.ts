/** The longest pause where a server is away, in milliseconds: what waits for it is to go on soon after it is back. */
export const WHILE_AWAY = 2000;

/** How long to wait after so many failures in a row (one or more), in milliseconds: the first pause, then twice as long each time, up to the longest. */
export function growingPause(
	failures: number,
	{ first, longest }: { readonly first: number; readonly longest: number },
): number {
	return Math.min(longest, first * 2 ** (failures - 1));
}

/**
 * A part of a pause, between half of it and all: what failed together does not come back together.
 * `random`: in [0, 1).
 */
export function spread(pause: number, random = Math.random()): number {
	return pause * (0.5 + random / 2);
}
