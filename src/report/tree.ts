import { counted } from "../core/output/counted.ts";
import type { Page } from "../core/output/look.ts";
import { lengthOf, lineOf } from "../core/output/printable.ts";
import { type Painted, plain } from "../core/output/styled.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type {
	PullSecretTree,
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

type Line = readonly (string | Painted)[];

/** What a line holds, and what hangs below it. */
interface Branch {
	readonly line: Line;
	readonly below: readonly Branch[];
}

function leaf(...line: Line): Branch {
	return { line, below: [] };
}

/**
 * Sources, their registries, namespaces, accounts and pods, as a tree. On a terminal no line is wider
 * than it is: what is longer ends in `…`.
 */
export function* treeText(
	{ trees, others }: PullSecretTree,
	{ columns, now }: Page,
): Iterable<string | Painted> {
	const roots = function* (): Iterable<Branch> {
		for (const tree of trees) yield sourceBranch(tree, now);
		if (others.length > 0)
			yield { line: ["Without a source"], below: others.map(otherBranch) };
	};
	for (const { line, below } of roots())
		for (const each of [line, ...linesBelow(below, "")]) {
			yield* fitted(each, columns);
			yield "\n";
		}
}

/** The lines of branches, behind the trunks of those that they hang from. */
function linesBelow(branches: readonly Branch[], trunks: string): Line[] {
	return branches.flatMap(({ line, below }, index) => {
		const isLast = index === branches.length - 1;
		return [
			[`${trunks}${isLast ? "└─ " : "├─ "}`, ...line],
			...linesBelow(below, `${trunks}${isLast ? "   " : "│  "}`),
		];
	});
}

/** The parts of a line, no wider together than the terminal. */
function fitted(line: Line, columns: number | undefined): Line {
	if (columns === undefined || lengthOf(plain(line)) <= columns) return line;
	// The last column is for the sign that there is more.
	let room = columns - 1;
	const shown = line.map((part) => {
		const text = [...plain([part])].slice(0, room).join("");
		room -= lengthOf(text);
		return typeof part === "string" ? text : { ...part, text };
	});
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
	const trouble: Line =
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
