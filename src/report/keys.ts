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
		const colour = COLOURS[item.status];
		const row = [
			item.namespace,
			item.name,
			item.registries.join(","),
			colour === undefined ? item.status : { text: item.status, colour },
			age(item.created, now),
		];
		if (wide)
			row.push(
				// One a registry, in their order; nothing where none has any.
				item.usernames.some(Boolean) ? item.usernames.join(",") : "",
				item.source,
				timeLeft(item.expires, now),
			);
		if (provided) row.push(item.provider);
		if (differ) row.push(item.differs.join(", "));
		return row;
	});
	return paintedTable(headers ? names : undefined, rows, widths);
}

/** How a status is shown. */
export const COLOURS: Readonly<Record<string, Painted["colour"] | undefined>> =
	{
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

function timeLeft(expires: string, now: number): string {
	if (expires === "") return "<unknown>";
	const at = Date.parse(expires);
	return at <= now ? "expired" : age(isoSeconds(now), at);
}
