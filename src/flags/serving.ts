import { type Flag, type Given, textFlag } from "../core/command-line/flag.ts";
import { UsageError } from "../errors.ts";
import type { ListenAddress } from "../world.ts";

/** Where a program that stays can be asked how it is. */
export const SERVING_FLAGS: readonly Flag[] = [
	textFlag("health-address", "Serve /livez and /readyz at [HOST]:PORT."),
	textFlag("metrics-address", "Serve /metrics for Prometheus at [HOST]:PORT."),
];

/** Where a watch is asked how it is; undefined: nowhere. */
export interface ServedAt {
	readonly health: ListenAddress | undefined;
	readonly metrics: ListenAddress | undefined;
}

/** Both; one port may do for both. Throws UsageError. */
export function servedAtOf(given: Given): ServedAt {
	return {
		health: listenAddressOf(given, "health-address"),
		metrics: listenAddressOf(given, "metrics-address"),
	};
}

/** The flag's value; undefined where it is not given. Throws UsageError. */
function listenAddressOf(
	given: Given,
	flag: "health-address" | "metrics-address",
): ListenAddress | undefined {
	const value = given.text(flag);
	if (value === undefined) return undefined;
	const [, bracketed, plain = "", digits = ""] =
		/^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]*)):(\d{1,5})$/.exec(value) ?? [];
	const port = Number(digits);
	if (digits === "" || port > 65535)
		throw new UsageError(
			`--${flag}: must be [HOST]:PORT, for example :8081 or 127.0.0.1:8081`,
		);
	return { host: bracketed ?? plain, port };
}
