import { counted, type Finding, GROUPS } from "../core/check/finding.ts";
import type { CheckedCluster } from "../core/document.ts";
import { commandLine } from "./command-line.ts";
import { oneLine } from "./printable.ts";
import { wrap } from "./wrap.ts";

const MARKS: Record<Finding["status"], string> = {
	ok: "√",
	warning: "‼",
	problem: "×",
	unknown: "×",
};

/**
 * By group, a line each with its mark, then what to know and what to run; `quiet` leaves out what is well.
 * Words are wrapped at `columns`, commands never: they are to be copied.
 */
export function checkStory(
	findings: readonly Finding[],
	quiet: boolean,
	contextFlags: readonly string[],
	columns = Number.POSITIVE_INFINITY,
): string {
	return GROUPS.map((group) => {
		const lines = findings
			.filter((one) => one.group === group && !(quiet && one.status === "ok"))
			.map((one) => lineOf(one, contextFlags, columns));
		return lines.length === 0
			? ""
			: `${group}\n${"-".repeat(group.length)}\n${lines.join("")}`;
	})
		.filter((text) => text !== "")
		.join("\n");
}

function lineOf(
	{ status, message, hint, fix, look }: Finding,
	contextFlags: readonly string[],
	columns: number,
): string {
	const words = (text: string, indent: string) =>
		`${wrap(oneLine(text), columns, indent)}\n`;
	return [
		`${MARKS[status]}${words(message, "  ").slice(1)}`,
		...(hint === "" ? [] : [words(hint, "    ")]),
		...(look === undefined
			? []
			: [`    See: ${oneLine(commandLine(look, contextFlags))}\n`]),
		...(fix === undefined
			? []
			: [`    Fix: ${oneLine(commandLine(fix, contextFlags))}\n`]),
	].join("");
}

/** A finding in `-o json`. */
export type CheckItem = Omit<Finding, "fix" | "look"> & {
	readonly context: string;
	/** One line for a shell; "" where none helps. */
	readonly command: string;
};

/** `-o json`. */
export function checkItems(clusters: readonly CheckedCluster[]): {
	readonly items: readonly CheckItem[];
} {
	return {
		items: clusters.flatMap(({ context, contextFlags, findings }) =>
			findings.map(({ fix, look: _, ...rest }) => ({
				context,
				...rest,
				command: fix === undefined ? "" : commandLine(fix, contextFlags),
			})),
		),
	};
}

/** The one line at the end. */
export function checkSummary(findings: readonly Finding[]): string {
	const count = (...statuses: string[]) =>
		findings.filter(({ status }) => statuses.includes(status)).length;
	const problems = count("problem", "unknown");
	const warnings = count("warning");
	if (problems === 0 && warnings === 0) return "All is well\n";
	return `${[
		...(problems > 0 ? [counted(problems, "problem")] : []),
		...(warnings > 0 ? [counted(warnings, "warning")] : []),
	].join(", ")}\n`;
}
