import { PULL_SECRETS } from "./add.ts";
import {
	beforeSpace,
	type Edit,
	entryEnd,
	isExplicit,
	lineEnd,
	lineStart,
} from "./edit.ts";
import { cannotEdit, type Entry, type MapNode, stringAt } from "./node.ts";
import type { ManifestSubject, Misplacement } from "./note.ts";
import type { Located } from "./parse.ts";
import { containersOf, type PodTemplate } from "./workloads.ts";

/**
 * Warns of pull Secrets at levels where Kubernetes knows no such field: inside containers, or around the pod's
 * spec. With `fix`: the edits that take them out, and the names and comments (each with its `#`) taken out, for
 * the pod's spec. Throws Misfit.
 */
export function misplacedSecrets(
	at: Located,
	{ podSpec, path, around }: PodTemplate,
	of: ManifestSubject,
	fix: boolean,
) {
	const { layout, warnings } = at;
	const edits: Edit[] = [];
	const names: string[] = [];
	const comments: string[] = [];
	const places: { node: MapNode; where: Misplacement }[] = [
		...around.map(({ node, path: outer }) => ({
			node,
			where: { in: "object", path: outer } as const,
		})),
		...containersOf(podSpec).map((node) => ({
			node,
			where: { in: "container", name: stringAt(node, "name") ?? "?" } as const,
		})),
	];
	for (const { node, where } of places) {
		const entry = node.entries.find(({ key }) => key === PULL_SECRETS);
		if (entry === undefined) continue;
		const items = entry.value.type === "list" ? entry.value.items : [];
		const found = items.flatMap((item) => stringAt(item, "name") ?? []);
		const source = layout.slice(entry.start, entryEnd(entry));
		const movable =
			items.length > 0 && found.length === items.length && !hasAnchor(source);
		const then = !fix ? "stays" : movable ? "moved" : "unmovable";
		const place = at.place(entry.start);
		const cause = "pull-secrets-misplaced";
		warnings.push({ cause, at: place, of, where, path, then });
		if (then !== "moved") continue;
		const edit = removeEntry(layout, node, entry);
		edits.push(edit);
		for (const name of found) names.push(name);
		if (!node.flow)
			for (const comment of commentsIn(layout.slice(edit.start, edit.end)))
				comments.push(comment);
	}
	return { edits, names, comments };
}

/** The edit that takes an entry out of a map, its lines with it. Throws Misfit. */
function removeEntry(text: string, map: MapNode, entry: Entry): Edit {
	const at = map.entries.indexOf(entry);
	if (isExplicit(text, entry)) throw cannotEdit("an explicit key", entry.start);
	const previous = map.entries[at - 1];
	const next = map.entries[at + 1];
	const end = beforeSpace(text, entryEnd(entry));
	if (map.flow) {
		if (next !== undefined)
			return { start: entry.start, end: next.start, text: "" };
		return {
			start: previous === undefined ? entry.start : entryEnd(previous),
			end: entryEnd(entry),
			text: "",
		};
	}
	const line = lineStart(text, entry.start);
	if (text.slice(line, entry.start).trim() === "") {
		const newline = text.indexOf("\n", lineEnd(text, end));
		return {
			start: line,
			end: newline < 0 ? text.length : newline + 1,
			text: "",
		};
	}
	// It shares its line with a dash, which the next entry takes over.
	if (
		next === undefined ||
		text.slice(line, entry.start).replace(/[ -]+$/, "") !== "" ||
		text.slice(lineStart(text, next.start), next.start).trim() !== ""
	)
		throw cannotEdit("an entry that cannot be moved", entry.start);
	return { start: entry.start, end: next.start, text: "" };
}

/** Comments in a stretch of YAML, each with its `#`, in order; `#` inside quotes is none. */
function commentsIn(yaml: string): string[] {
	const found = yaml.matchAll(
		/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<=^|[ \t])#[^\r\n]*/gm,
	);
	return [...found]
		.map(([token]) => token.trimEnd())
		.filter((token) => token.startsWith("#"));
}

/** Whether a stretch of YAML defines an anchor, which something else may refer to. */
function hasAnchor(yaml: string): boolean {
	return /(?:^|[\s[{,:])&[^\s,[\]{}]/.test(yaml);
}
