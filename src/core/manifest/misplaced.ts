import { PULL_SECRETS } from "./add.ts";
import { type Edit, entryEnd } from "./edit.ts";
import { type MapNode, stringAt } from "./node.ts";
import type { ManifestNote, ManifestSubject, Misplacement } from "./note.ts";
import { type Located, placeOf } from "./parse.ts";
import { commentsIn, hasAnchor, removeEntry } from "./remove.ts";
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
			where: {
				in: "container",
				name: stringAt(node, "name") ?? "?",
			} as const,
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
