import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type { ListItem } from "../core/pull-secrets/list-item.ts";
import { age } from "./age.ts";
import { table } from "./table.ts";

/** `-o name`. */
export function listNames(items: readonly ListItem[]): string {
	return items.map(({ name }) => `secret/${name}\n`).join("");
}

/** How the table looks. */
export interface KeyTableLook {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly wide: boolean;
	readonly headers: boolean;
}

/**
 * `NAMESPACE NAME REGISTRIES STATUS AGE`, and with `wide` also `USERNAME SOURCE EXPIRES`: the time
 * that is left.
 */
export function listTable(
	items: readonly ListItem[],
	{ now, wide, headers }: KeyTableLook,
	widths?: number[],
): string {
	const names = [
		"NAMESPACE",
		"NAME",
		"REGISTRIES",
		"STATUS",
		"AGE",
		...(wide ? ["USERNAME", "SOURCE", "EXPIRES"] : []),
	];
	const rows = items.map((item) => [
		item.namespace,
		item.name,
		item.registries.join(","),
		item.status,
		age(item.created, now),
		...(wide
			? [usersCell(item.usernames), item.source, timeLeft(item.expires, now)]
			: []),
	]);
	return table(headers ? names : undefined, rows, widths);
}

/** One a registry, in their order; nothing where none has any. */
function usersCell(usernames: readonly string[]): string {
	return usernames.some((name) => name !== "") ? usernames.join(",") : "";
}

function timeLeft(expires: string, now: number): string {
	if (expires === "") return "<unknown>";
	const at = Date.parse(expires);
	return at <= now ? "expired" : age(isoSeconds(now), at);
}
