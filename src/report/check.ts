import {
	type Finding,
	fixesOf,
	GROUPS,
	type Severity,
	type Subject,
} from "../core/check/finding.ts";
import type { CheckedCluster } from "../core/document.ts";
import { distinct, groupsBy, type NonEmpty } from "../core/groups.ts";
import { counted } from "../core/output/counted.ts";
import type { EntryProblem } from "../core/output/entry-problem.ts";
import type { Page } from "../core/output/look.ts";
import { claimedName, oneLine } from "../core/output/printable.ts";
import { scriptKey } from "../core/output/shell.ts";
import { someLines } from "../core/output/some-of.ts";
import type { Painted } from "../core/output/styled.ts";
import { wrap } from "../core/output/wrap.ts";
import type { ContentFault } from "../core/pull-secrets/content-fault.ts";
import type { Verification } from "../core/registry/verification.ts";
import { pageAddress } from "./addresses.ts";
import { commandLine, type Layout, layoutOf } from "./command-line.ts";
import { headline, hint } from "./finding-words.ts";
import { someNames } from "./pull-words.ts";

const MARKS: Record<Severity, string | Painted> = {
	ok: { text: "√", colour: "green" },
	note: "i",
	warning: { text: "‼", colour: "yellow" },
	problem: { text: "×", colour: "red" },
};

/** So many of one cause are shown of a namespace: whoever writes its pods and accounts decides how many there are. */
const MOST = 10;

/**
 * By group, a line each with its mark, then the workloads, what to know and what to run; at the end
 * every command once, and apart from those the ones that give a credential away.
 */
export function checkStory(
	{ findings, commandContext }: Omit<CheckedCluster, "context">,
	{ quiet, columns }: Pick<Page, "quiet" | "columns">,
): (string | Painted)[] {
	const layout = layoutOf(columns, commandContext);
	const shown = findings.filter(
		({ severity }) =>
			!quiet || severity === "problem" || severity === "warning",
	);
	const kinds = groupsBy(shown, ({ group, severity, about, namespaces }) =>
		JSON.stringify([group, severity, about.cause, namespaces[0]]),
	);
	const left = kinds.filter((kind) => kind.length > MOST);
	const isLeft = new Set(left.flatMap((kind) => kind.slice(MOST)));
	const told = shown.filter((one) => !isLeft.has(one));
	const groups = GROUPS.map((group) => {
		const isHere = (one: Finding) => one.group === group;
		const parts = [
			...told.filter(isHere).flatMap((one) => findingText(one, layout)),
			...left
				.filter(([one]) => isHere(one))
				.flatMap((kind) => moreText(kind, layout)),
		];
		return parts.length === 0 ? [] : [heading(group), ...parts];
	});
	return [...groups, [fixBlock(told, layout)], [givesBlock(told, layout)]]
		.filter((parts) => parts.some((part) => part !== ""))
		.flatMap((parts, at) => (at === 0 ? parts : ["\n", ...parts]));
}

/** How many more of a kind there are than are shown. */
function moreText(
	kind: NonEmpty<Finding>,
	{ text }: Layout,
): (string | Painted)[] {
	const [{ severity, namespaces }] = kind;
	const where = namespaces.length === 0 ? "" : `${namespaces[0]}: `;
	const words = `${where}${kind.length - MOST} more like these (${causeOf(kind[0])}); -o json shows each`;
	return [MARKS[severity], text(words, "  ").slice(1)];
}

function heading(text: string): string {
	return `${text}\n${"-".repeat(text.length)}\n`;
}

function findingText(
	finding: Finding,
	{ text, command }: Layout,
): (string | Painted)[] {
	return [
		MARKS[finding.severity],
		text(headline(finding), "  ").slice(1),
		// Further in than what comes next, which is not about this one alone.
		...workloadLines(finding).map((line) => text(line, "    ", "      ")),
		text(hint(finding), "    "),
		command(finding.look, "    See: "),
		command(finding.fix, "    Fix: "),
	];
}

/** What to run, each command once; nothing where the findings say it all. */
function fixBlock(findings: readonly Finding[], layout: Layout): string {
	const script = fixesOf(findings);
	if (script.length < 2) return "";
	const commands = script.map((command) => layout.command([command]));
	return heading("Fix") + commands.join("");
}

/** Commands that nobody should run who does not know what they give, and to whom. */
function givesBlock(findings: readonly Finding[], layout: Layout): string {
	const givings = findings.flatMap(({ gives }) => gives);
	return distinct(givings, ({ script }) => scriptKey(script))
		.map(({ namespaces, script }) => {
			const places = someNames(namespaces);
			const lead = `Gives ${places} the credential; run it only if ${places} may have it:`;
			return layout.text(lead) + layout.command(script, "    ");
		})
		.join("\n");
}

/**
 * `-o json`: of each finding `cause`, "" where all is well, and as `command` one line for a shell, "" where none helps,
 * or only what gives a credential away.
 */
export function checkItems(clusters: readonly CheckedCluster[]) {
	const items = clusters.flatMap(({ context, commandContext, findings }) =>
		findings.map((finding) => {
			const { severity, namespaces, workloads, fix } = finding;
			return {
				context,
				severity,
				cause: causeOf(finding),
				message: oneLine(headline(finding)),
				namespaces,
				command: fix === undefined ? "" : commandLine(fix, commandContext),
				workloads,
			};
		}),
	);
	return { items };
}

export type CheckItem = ReturnType<typeof checkItems>["items"][number];

/** What is well has no cause. */
const WELL = [
	"well-formed",
	"copies",
	"accounts",
	"policies",
	"permitted",
	"no-pod-waits",
] as const;

/** A cause as docs/json.md lists it, and docs/troubleshooting.md says what it means. */
export type CheckCause =
	| Exclude<
			Subject["cause"],
			| (typeof WELL)[number]
			| "invalid-content"
			| "invalid-entry"
			| "verification"
	  >
	| ContentFault["kind"]
	| Exclude<EntryProblem["kind"], "key">
	| Exclude<Verification["outcome"], "good">;

/** "" where all is well. */
function causeOf({ about }: Finding): CheckCause | "" {
	if (isWell(about)) return "";
	if (about.cause === "invalid-content") return about.fault.kind;
	if (about.cause === "invalid-entry") {
		const { kind } = about.problem;
		return kind === "key" ? "never-matches" : kind;
	}
	if (about.cause !== "verification") return about.cause;
	const { outcome } = about.verification;
	return outcome === "good" ? "" : outcome;
}

function isWell(
	about: Subject,
): about is Extract<Subject, { cause: (typeof WELL)[number] }> {
	return WELL.some((cause) => cause === about.cause);
}

/** The line at the end and, where anything is wrong, one that says where its causes are explained. */
export function checkSummary(
	findings: readonly Finding[],
	columns: number | undefined,
): string {
	const of = (severity: Severity) =>
		findings.filter((one) => one.severity === severity);
	const [problems, warnings] = [of("problem"), of("warning")];
	const counts = [
		problems.length > 0 && counted(problems.length, "problem"),
		warnings.length > 0 && counted(warnings.length, "warning"),
	].filter(Boolean);
	if (counts.length === 0) return "No problems found\n";
	const causes = [...new Set([...problems, ...warnings].map(causeOf))];
	const [only = ""] = causes;
	const heading = causes.length === 1 ? only : "what-check-finds";
	const about = `About ${causes.join(", ")}: ${pageAddress("troubleshooting", heading)}`;
	return `${counts.join(", ")}\n${wrap(about, columns)}\n`;
}

/** A line for each workload that a finding is about, the first five. */
function workloadLines({ workloads }: Finding): string[] {
	return someLines(
		workloads.map(({ kind, name, namespace, pods, images }) => {
			const count = kind === "Pod" ? "" : ` (${counted(pods.length, "pod")})`;
			return `${namespace}: ${kind.toLowerCase()}/${name}${count}: ${someNames(images.map((image) => claimedName(image)))}`;
		}),
	);
}
