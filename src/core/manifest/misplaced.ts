import { PULL_SECRETS } from "./add.ts";
import {
	beforeSpace,
	type Edit,
	entryEnd,
	isExplicit,
	lineEnd,
	lineStart,
} from "./edit.ts";
import { CannotEdit, type Entry, type MapNode, stringAt } from "./node.ts";
import type { ManifestNote, ManifestSubject, Misplacement } from "./note.ts";
import { type Located, placeOf } from "./parse.ts";
import { containersOf, type PodTemplate } from "./workloads.ts";

/**
 * Finds pull Secrets at levels where Kubernetes knows no such field: inside containers, or around the pod's
 * spec. With `fix`: the edits that take them out, and the names and comments (each with its `#`) taken out, for
 * the pod's spec. Throws CannotEdit.
 */
export function misplacedSecrets(
	at: Located,
	{ podSpec, path, around }: PodTemplate,
	{ kind, name }: ManifestSubject,
	fix: boolean,
) {
	const { layout } = at;
	const warnings: ManifestNote[] = [];
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
		const warn = (then: "stays" | "moved" | "unmovable"): void => {
			warnings.push({
				cause: "pull-secrets-misplaced",
				at: placeOf(at, entry.start),
				of: { kind, name },
				where,
				path,
				then,
			});
		};
		const found =
			entry.value.type === "list"
				? entry.value.items.map((item) => stringAt(item, "name"))
				: [];
		const source = layout.slice(entry.start, entryEnd(entry));
		const movable =
			found.length > 0 && found.every((name) => name !== undefined);
		if (!fix) warn("stays");
		else if (!movable || hasAnchor(source)) warn("unmovable");
		else {
			const edit = removeEntry(layout, node, entry);
			edits.push(edit);
			for (const name of found) if (name !== undefined) names.push(name);
			if (!node.flow)
				for (const comment of commentsIn(layout.slice(edit.start, edit.end)))
					comments.push(comment);
			warn("moved");
		}
	}
	return { warnings, edits, names, comments };
}

/** The edit that takes an entry out of a map, its lines with it. Throws CannotEdit. */
function removeEntry(text: string, map: MapNode, entry: Entry): Edit {
	const at = map.entries.indexOf(entry);
	if (isExplicit(text, entry))
		throw new CannotEdit("an explicit key", entry.start);
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
		throw new CannotEdit("an entry that cannot be moved", entry.start);
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
