import { PULL_SECRETS } from "./add.ts";
import { type Edit, entryEnd } from "./edit.ts";
import { type MapNode, stringAt } from "./node.ts";
import { type Located, locate } from "./parse.ts";
import { commentsIn, hasAnchor, removeEntry } from "./remove.ts";
import { containersOf } from "./workloads.ts";

/** Pull Secrets that sit inside containers, where Kubernetes knows no such field. */
export interface Misplaced {
	readonly warnings: readonly string[];
	/** With `fix`: the edits that take them out. */
	readonly edits: readonly Edit[];
	/** With `fix`: the names taken out, for the pod's spec. */
	readonly names: readonly string[];
	/** With `fix`: the comments taken out, each with its `#`. */
	readonly comments: readonly string[];
}

/** Finds them, and with `fix` takes them out. `%s` in a warning stands for the workload. */
export function misplacedSecrets(
	at: Located,
	podSpec: MapNode,
	fix: boolean,
): Misplaced {
	const { text } = at.document;
	const warnings: string[] = [];
	const edits: Edit[] = [];
	const names: string[] = [];
	const comments: string[] = [];
	for (const container of containersOf(podSpec)) {
		const entry = container.entries.find(({ key }) => key === PULL_SECRETS);
		if (entry === undefined) continue;
		const said = `${locate(at, entry.start)}: %s: ${PULL_SECRETS} inside container ${stringAt(container, "name") ?? "?"} has no effect`;
		const found =
			entry.value.type === "list"
				? entry.value.items.map((item) => stringAt(item, "name"))
				: [];
		const source = text.slice(entry.start, entryEnd(entry));
		const movable =
			found.length > 0 && found.every((name) => name !== undefined);
		if (!fix)
			warnings.push(
				`${said}: it belongs to the pod's spec; --fix moves it there`,
			);
		else if (!movable || hasAnchor(source))
			warnings.push(
				`${said} and cannot be moved: move it to the pod's spec by hand`,
			);
		else {
			const edit = removeEntry(text, container, entry);
			edits.push(edit);
			names.push(...found.filter((name) => name !== undefined));
			if (!container.flow)
				comments.push(...commentsIn(text.slice(edit.start, edit.end)));
			warnings.push(`${said}: moved to the pod's spec`);
		}
	}
	return { warnings, edits, names, comments };
}
