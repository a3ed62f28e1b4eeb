import type { Page } from "../core/output/look.ts";
import { claimedName } from "../core/output/printable.ts";
import type { Painted, Text } from "../core/output/styled.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type { ListItem } from "../core/pull-secrets/list-item.ts";
import { age } from "./age.ts";
import { table } from "./table.ts";

/**
 * `NAMESPACE NAME REGISTRIES STATUS AGE`, and with `-o wide` also `USERNAME SOURCE EXPIRES`: the time
 * that is left; where a provider renews some also `PROVIDER`, where copies drifted also `DIFFERS`.
 */
export function listTable(
	items: readonly ListItem[],
	{ output, headers = true, now, widths }: Page,
): Text {
	const wide = output === "wide";
	const columns: readonly Column[] = [
		["NAMESPACE", ({ namespace }) => namespace],
		["NAME", ({ name }) => name],
		["REGISTRIES", ({ registries }) => registries.join(",")],
		["STATUS", ({ status }) => coloured(status)],
		["AGE", ({ created }) => age(created, now)],
		// One a registry, in their order; nothing where none has any.
		[
			"USERNAME",
			({ usernames }) => (usernames.some(Boolean) ? usernames.join(",") : ""),
			wide,
		],
		["SOURCE", ({ source }) => claimedName(source), wide],
		["EXPIRES", ({ expires }) => timeLeft(expires, now), wide],
		[
			"PROVIDER",
			({ provider }) => provider,
			wide && items.some(({ provider }) => provider !== ""),
		],
		[
			"DIFFERS",
			({ differs }) => differs.join(", "),
			wide && items.some(({ differs }) => differs.length > 0),
		],
	];
	const shown = columns.filter(([, , isShown = true]) => isShown);
	// One by one: a cell may be a megabyte until the table cuts it.
	const rows = function* () {
		for (const item of items) yield shown.map(([, cell]) => cell(item));
	};
	const names = shown.map(([name]) => name);
	const isBegun = widths.length > 0;
	return table(headers && !isBegun ? names : undefined, rows(), widths);
}

type Column = readonly [
	name: string,
	cell: (item: ListItem) => string | Painted,
	isShown?: boolean,
];

function coloured(status: string): string | Painted {
	const colour = COLOURS[status];
	return colour === undefined ? status : { text: status, colour };
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
