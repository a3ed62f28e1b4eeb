/** Go's text of a length of time, `12h0m0s`, in milliseconds; undefined for what is none. https://pkg.go.dev/time#ParseDuration */
export function goDuration(said: unknown): number | undefined {
	if (typeof said !== "string") return undefined;
	if (said === "0") return 0;
	const parts = [...said.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
	if (parts.length === 0 || parts.map(([part]) => part).join("") !== said)
		return undefined;
	return parts.reduce(
		(sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0),
		0,
	);
}

/** The same of a length that may also count days, `1d12h`: what people say of credentials. */
export function lifetimeIn(text: string): number | undefined {
	const [, days = "0", rest = ""] = /^(?:(\d{1,6})d)?(.*)$/.exec(text) ?? [];
	const more = rest === "" && days !== "0" ? 0 : goDuration(rest);
	return more === undefined ? undefined : Number(days) * 24 * HOUR + more;
}

const HOUR = 3_600_000;

const UNITS: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	ms: 1,
	s: 1000,
	m: 60_000,
	h: HOUR,
};
