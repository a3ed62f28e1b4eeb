import type { Action, ChangeResult, DryRun } from "../core/output/result.ts";
import { tally } from "../core/output/result.ts";

/** What a dry run adds to each line. */
const DRY_RUN_SUFFIX: Record<DryRun, string> = {
	none: "",
	client: " (dry run)",
	server: " (server dry run)",
};

/** `secret/NAME created in NS namespace`; undefined for what has no line of its own on stdout. */
export function changeLine(
	result: ChangeResult,
	dryRun: DryRun,
): string | undefined {
	if (result.action === "failed" || result.action === "skipped")
		return undefined;
	const kind = result.kind.toLowerCase();
	const place =
		result.namespace === ""
			? ""
			: ` ${result.action === "deleted" ? "from" : "in"} ${result.namespace} namespace`;
	const subject =
		result.action === "deleted"
			? `${kind} "${result.name}"`
			: `${kind}/${result.name}`;
	return `${subject} ${result.action}${place}${DRY_RUN_SUFFIX[dryRun]}\n`;
}

/** `secret/NAME`, as `-o name` prints what is or was there. */
export function changeName(result: ChangeResult): string | undefined {
	return result.action === "failed" || result.action === "skipped"
		? undefined
		: `${result.kind.toLowerCase()}/${result.name}\n`;
}

/**
 * `12 namespaces: 3 created, 1 configured, 8 unchanged, 0 failed`, deleted and
 * skipped where there are any; then the same of service accounts, if some were
 * changed or meant to be.
 */
export function summary(
	results: readonly ChangeResult[],
	dryRun: DryRun,
): string {
	const accounts = results.filter(({ kind }) => kind === "ServiceAccount");
	const others = results.filter(({ kind }) => kind !== "ServiceAccount");
	const places = new Set(
		others.map(({ context, namespace }) => `${context}\n${namespace}`),
	).size;
	const parts = [
		...(others.length > 0 || accounts.length === 0
			? [counted(places, "namespace", others, ALWAYS)]
			: []),
		...(accounts.length > 0
			? [counted(accounts.length, "service account", accounts, ALWAYS_ACCOUNTS)]
			: []),
	];
	return `${parts.join("; ")}${DRY_RUN_SUFFIX[dryRun]}\n`;
}

function counted(
	count: number,
	what: string,
	results: readonly ChangeResult[],
	always: ReadonlySet<Action>,
): string {
	const counts = tally(results);
	const parts = (
		[
			"created",
			"configured",
			"unchanged",
			"deleted",
			"skipped",
			"failed",
		] satisfies Action[]
	)
		.filter((action) => counts[action] > 0 || always.has(action))
		.map((action) => `${counts[action]} ${action}`);
	return `${count} ${count === 1 ? what : `${what}s`}: ${parts.join(", ")}`;
}

const ALWAYS: ReadonlySet<Action> = new Set([
	"created",
	"configured",
	"unchanged",
	"failed",
]);
const ALWAYS_ACCOUNTS: ReadonlySet<Action> = new Set([
	"configured",
	"unchanged",
	"failed",
]);
