import { onOneLine } from "../output/printable.ts";
import { PULL_SECRETS } from "./add.ts";
import { type Edit, entryEnd } from "./edit.ts";
import { type MapNode, stringAt } from "./node.ts";
import { type Located, locate } from "./parse.ts";
import { commentsIn, hasAnchor, removeEntry } from "./remove.ts";
import { containersOf, type PodTemplate } from "./workloads.ts";

/** Pull Secrets at levels where Kubernetes knows no such field: inside containers, or around the pod's spec. */
export interface Misplaced {
	readonly warnings: readonly string[];
	/** With `fix`: the edits that take them out. */
	readonly edits: readonly Edit[];
	/** With `fix`: the names taken out, for the pod's spec. */
	readonly names: readonly string[];
	/** With `fix`: the comments taken out, each with its `#`. */
	readonly comments: readonly string[];
}

/** Finds them, and with `fix` takes them out. `whose`: the workload, for the warnings. Throws CannotEdit. */
export function misplacedSecrets(
	at: Located,
	{ podSpec, path, around }: PodTemplate,
	whose: string,
	fix: boolean,
): Misplaced {
	const { layout } = at;
	const warnings: string[] = [];
	const edits: Edit[] = [];
	const names: string[] = [];
	const comments: string[] = [];
	const places: { node: MapNode; where: string }[] = [
		...around.map(({ node, path: outer }) => ({
			node,
			where: outer === "" ? "at the top level" : `in ${outer}`,
		})),
		...containersOf(podSpec).map((node) => ({
			node,
			where: `in container ${onOneLine(stringAt(node, "name") ?? "?", 63)}`,
		})),
	];
	for (const { node, where } of places) {
		const entry = node.entries.find(({ key }) => key === PULL_SECRETS);
		if (entry === undefined) continue;
		const place = `${locate(at, entry.start)}: ${whose}`;
		const what = `${PULL_SECRETS} ${where} has no effect`;
		const found =
			entry.value.type === "list"
				? entry.value.items.map((item) => stringAt(item, "name"))
				: [];
		const source = layout.slice(entry.start, entryEnd(entry));
		const movable =
			found.length > 0 && found.every((name) => name !== undefined);
		if (!fix)
			warnings.push(
				`${place}: ${what}; it belongs in ${path} (--fix moves it there)`,
			);
		else if (!movable || hasAnchor(source))
			warnings.push(
				`${place}: ${what} and cannot be moved; move it to ${path} by hand`,
			);
		else {
			const edit = removeEntry(layout, node, entry);
			edits.push(edit);
			names.push(...found.filter((name) => name !== undefined));
			if (!node.flow)
				comments.push(...commentsIn(layout.slice(edit.start, edit.end)));
			warnings.push(`${place}: moved ${PULL_SECRETS} to ${path}`);
		}
	}
	return { warnings, edits, names, comments };
}
