import { duration } from "./age.ts";

/**
 * `3,412 of 10,000 namespaces, 1,230/s, 5s left`. `elapsed`: milliseconds for what is done;
 * the rate is the average, as a moving one jumps about.
 */
export function progressText(
	done: number,
	total: number,
	elapsed: number,
	what: string,
): string {
	const rate = (done / elapsed) * 1000;
	const left = Math.ceil((total - done) / rate);
	const parts = [`${number(done)} of ${number(total)} ${what}`];
	if (Number.isFinite(rate) && rate > 0) {
		parts.push(`${number(rate < 10 ? Math.round(rate * 10) / 10 : rate)}/s`);
		if (left > 0) parts.push(`${duration(left)} left`);
	}
	return parts.join(", ");
}

function number(value: number): string {
	return value.toLocaleString("en-US", {
		maximumFractionDigits: value < 10 ? 1 : 0,
	});
}
