import type { Document } from "../core/document.ts";
import { counted } from "../core/output/counted.ts";
import { lineOf } from "../core/output/printable.ts";
import type { Painted, Text } from "../core/output/styled.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type {
	SourceTree,
	TreeNamespace,
	TreeOther,
	TreePod,
	TreeRegistry,
} from "../core/pull-secrets/tree.ts";
import { age } from "./age.ts";
import { COLOURS } from "./keys.ts";

/** How many pods of a namespace are named before they are only counted; more of those in trouble. */
const NAMED = 5;
/** As many of these and of accounts: below each of a tenant's sources there may be all of theirs. */
const MOST_NAMED = 100;

/** What a line holds, and what hangs below it. */
interface Branch {
	readonly line: readonly (string | Painted)[];
	readonly below: readonly Branch[];
}

function leaf(...line: Branch["line"]): Branch {
	return { line, below: [] };
}

/**
 * Sources, their registries, namespaces, accounts and pods, as a tree. On a terminal no line is wider
 * than it is: what is longer ends in `…`.
 */
export function treeText(
	{ trees, others }: Document & { kind: "tree" },
	columns: number | undefined,
	now: number,
): Text {
	const roots = trees.map((tree) => sourceBranch(tree, now));
	if (others.length > 0)
		roots.push({ line: ["Without a source"], below: others.map(otherBranch) });
	const parts: (string | Text)[] = [];
	for (const { line, below } of roots) {
		parts.push(fitted(line, columns), "\n");
		draw(below, "", columns, parts);
	}
	return parts.flat();
}

function draw(
	branches: readonly Branch[],
	before: string,
	columns: number | undefined,
	parts: (string | Text)[],
): void {
	for (const [index, { line, below }] of branches.entries()) {
		const isLast = index === branches.length - 1;
		const trunk = `${before}${isLast ? "└─ " : "├─ "}`;
		parts.push(fitted([trunk, ...line], columns), "\n");
		draw(below, `${before}${isLast ? "   " : "│  "}`, columns, parts);
	}
}

/** The parts of a line, no wider together than the terminal. */
function fitted(
	line: readonly (string | Painted)[],
	columns: number | undefined,
): readonly (string | Painted)[] {
	const length = (part: string | Painted): number =>
		[...(typeof part === "string" ? part : part.text)].length;
	const width = line.reduce((sum, part) => sum + length(part), 0);
	if (columns === undefined || width <= columns) return line;
	const shown: (string | Painted)[] = [];
	// The last column is for the sign that there is more.
	let room = columns - 1;
	for (const part of line) {
		const text = typeof part === "string" ? part : part.text;
		const cut = [...text].slice(0, room).join("");
		shown.push(typeof part === "string" ? cut : { ...part, text: cut });
		room -= Math.min(room, length(part));
	}
	return [...shown, "…"];
}

function sourceBranch(
	{ ref, status, registries, namespaces, lacking }: SourceTree,
	now: number,
): Branch {
	const state: Painted =
		status === "unknown"
			? { text: "not allowed to read it", colour: "yellow" }
			: { text: status === "gone" ? "deleted" : status, colour: "red" };
	return {
		line: [lineOf(ref), ...(status === "Source" ? [] : [" ", state])],
		below: [
			...registries.map((registry) => registryBranch(registry, now)),
			...namespaces.map(namespaceBranch),
			...moreOf(
				lacking,
				"more namespace without a copy",
				"more namespaces without a copy",
			),
		],
	};
}

function registryBranch(
	{ host, username, expires }: TreeRegistry,
	now: number,
): Branch {
	const user = username === "" ? [] : [`  ${lineOf(username)}`];
	const time =
		expires === undefined
			? []
			: expires <= now
				? ["  ", { text: "expired", colour: "red" } as const]
				: [`  expires in ${age(isoSeconds(now), expires)}`];
	return leaf(lineOf(host), ...user, ...time);
}

function namespaceBranch({
	namespace,
	status,
	differs,
	accounts,
	pods,
}: TreeNamespace): Branch {
	const words = status === "missing" ? "no copy" : status;
	return {
		line: [
			`${lineOf(namespace)}  `,
			{ text: words, colour: COLOURS[status] ?? "red" },
			...(differs.length === 0 ? [] : [`: ${lineOf(differs.join(", "))}`]),
		],
		below: [
			...accounts
				.slice(0, MOST_NAMED)
				.map((name) => leaf(`serviceaccount/${lineOf(name)}`)),
			...moreOf(accounts.length - MOST_NAMED, "more service account"),
			...podBranches(pods),
		],
	};
}

function podBranches(pods: readonly TreePod[]): Branch[] {
	const troubled = pods.filter(({ waits }) => waits !== "").length;
	const named = Math.max(NAMED, Math.min(troubled, MOST_NAMED));
	return [
		...pods.slice(0, named).map(podBranch),
		...moreOf(pods.length - named, "more pod"),
	];
}

function moreOf(more: number, ...what: [one: string, many?: string]): Branch[] {
	return more > 0 ? [leaf(counted(more, ...what))] : [];
}

function podBranch({ name, waits, references }: TreePod): Branch {
	const trouble: readonly (string | Painted)[] =
		waits === ""
			? []
			: [
					"  ",
					{ text: waits, colour: "red" },
					...(references ? [] : [", does not reference it"]),
				];
	return leaf(`pod/${lineOf(name)}`, ...trouble);
}

function otherBranch({ namespace, name, status }: TreeOther): Branch {
	return leaf(`${lineOf(`${namespace}/${name}`)}  `, {
		text: status,
		colour: COLOURS[status] ?? "red",
	});
}
