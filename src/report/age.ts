const SECOND = 1000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * The time since `created` (RFC 3339) as kubectl prints AGE, truncating:
 * k8s.io/apimachinery's duration.HumanDuration. `now` in milliseconds.
 */
export function age(created: string, now: number): string {
	const start = Date.parse(created);
	if (Number.isNaN(start)) return "<unknown>";
	const elapsed = Math.trunc((now - start) / SECOND);
	if (elapsed < -1) return "<invalid>";
	return duration(Math.max(elapsed, 0));
}

/** Seconds as kubectl's HumanDuration. */
export function duration(seconds: number): string {
	const whole = (unit: number): number => Math.floor(seconds / unit);
	const rest = (big: number, small: number): number =>
		Math.floor((seconds % big) / small);
	const two = (
		big: number,
		bigName: string,
		small: number,
		smallName: string,
	): string =>
		`${whole(big)}${bigName}${rest(big, small) === 0 ? "" : `${rest(big, small)}${smallName}`}`;

	if (seconds < 2 * MINUTE) return `${seconds}s`;
	if (seconds < 10 * MINUTE) return two(MINUTE, "m", 1, "s");
	if (seconds < 3 * HOUR) return `${whole(MINUTE)}m`;
	if (seconds < 8 * HOUR) return two(HOUR, "h", MINUTE, "m");
	if (seconds < 2 * DAY) return `${whole(HOUR)}h`;
	if (seconds < 8 * DAY) return two(DAY, "d", HOUR, "h");
	if (seconds < 2 * YEAR) return `${whole(DAY)}d`;
	if (seconds < 8 * YEAR) return two(YEAR, "y", DAY, "d");
	return `${whole(YEAR)}y`;
}
