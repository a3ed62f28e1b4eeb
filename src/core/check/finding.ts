import type { Script } from "../output/shell.ts";

/** The groups of `check`, in their order. */
export const GROUPS = [
	"credentials",
	"copies",
	"service accounts",
	"permissions",
	"pods",
] as const;

export type Group = (typeof GROUPS)[number];

/** One line of `check`, and one item of its JSON. */
export type Finding = {
	readonly group: Group;
	/** `unknown`: could not be looked at, which is no better than a problem. */
	readonly status: "ok" | "warning" | "problem" | "unknown";
	/** One line without a full stop. */
	readonly message: string;
	/** What to know or to do; "" where the message says all. */
	readonly hint: string;
	/** What fixes it; undefined where no command can. */
	readonly fix: Script | undefined;
	/** What shows more about it. */
	readonly look: Script | undefined;
	/** Stable, for scripts; "" where the message is about nothing in particular. */
	readonly cause: string;
	readonly namespaces: readonly string[];
	/** How many pods it is about. */
	readonly pods: number;
};

/** A finding with what is usual left out. */
export function finding(
	group: Group,
	status: Finding["status"],
	message: string,
	more: Partial<Finding> = {},
): Finding {
	return {
		group,
		status,
		message,
		hint: "",
		fix: undefined,
		look: undefined,
		cause: "",
		namespaces: [],
		pods: 0,
		...more,
	};
}

/** Whether everything could be looked at and nothing is wrong; warnings may be. */
export function isWell(findings: readonly Finding[]): boolean {
	return findings.every(
		({ status }) => status === "ok" || status === "warning",
	);
}

/** `app`, `app and shop`, or `app, pay and 7 more namespaces`. */
export function formatNamespaces(namespaces: readonly string[]): string {
	const [first = "", second, ...rest] = namespaces;
	if (second === undefined) return first;
	if (rest.length === 0) return `${first} and ${second}`;
	return `${first}, ${second} and ${rest.length} more`;
}

export function counted(count: number, what: string): string {
	return `${count} ${what}${count === 1 ? "" : "s"}`;
}
