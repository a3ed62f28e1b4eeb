import { oneLine } from "../core/output/printable.ts";
import type { Painted, Text } from "../core/output/styled.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type { ListItem } from "../core/pull-secrets/list-item.ts";
import { age } from "./age.ts";
import { paintedTable } from "./table.ts";

/** `-o name`. */
export function listNames(items: readonly ListItem[]): string {
	return items.map(({ name }) => `secret/${oneLine(name)}\n`).join("");
}

/** How the table looks. */
interface KeyTableLook {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly wide: boolean;
	readonly headers: boolean;
}

/**
 * `NAMESPACE NAME REGISTRIES STATUS AGE`, and with `wide` also `USERNAME SOURCE EXPIRES`: the time
 * that is left; where a provider renews some also `PROVIDER`, where copies drifted also `DIFFERS`.
 */
export function listTable(
	items: readonly ListItem[],
	{ now, wide, headers }: KeyTableLook,
	widths?: number[],
): Text {
	const differ = wide && items.some(({ differs }) => differs.length > 0);
	const provided = wide && items.some(({ provider }) => provider !== "");
	const names = [
		"NAMESPACE",
		"NAME",
		"REGISTRIES",
		"STATUS",
		"AGE",
		...(wide ? ["USERNAME", "SOURCE", "EXPIRES"] : []),
		...(provided ? ["PROVIDER"] : []),
		...(differ ? ["DIFFERS"] : []),
	];
	const rows = items.map((item) => {
		const row = [
			item.namespace,
			item.name,
			item.registries.join(","),
			painted(item.status),
			age(item.created, now),
		];
		if (wide)
			row.push(
				usersCell(item.usernames),
				item.source,
				timeLeft(item.expires, now),
			);
		if (provided) row.push(item.provider);
		if (differ) row.push(item.differs.join(", "));
		return row;
	});
	return paintedTable(headers ? names : undefined, rows, widths);
}

function painted(status: ListItem["status"]): string | Painted {
	const colour = COLOURS[status];
	return colour === undefined ? status : { text: status, colour };
}

const COLOURS: Partial<Record<ListItem["status"], Painted["colour"]>> = {
	Invalid: "red",
	Drifted: "red",
	Orphaned: "red",
	Failed: "red",
	Unknown: "yellow",
	Unrecorded: "yellow",
	Unmanaged: "yellow",
	InSync: "green",
	Source: "green",
};

/** One a registry, in their order; nothing where none has any. */
function usersCell(usernames: readonly string[]): string {
	return usernames.some((name) => name !== "") ? usernames.join(",") : "";
}

function timeLeft(expires: string, now: number): string {
	if (expires === "") return "<unknown>";
	const at = Date.parse(expires);
	return at <= now ? "expired" : age(isoSeconds(now), at);
}
