import { matchesGlob } from "../glob.ts";
import { FailureError } from "../output/failure.ts";

/**
 * The contexts that names and globs mean, each once, in the order in which they were asked for
 * and, for a glob, sorted; and with which of them those of the same cluster and user, by `identity`,
 * are done (`twins`). Throws FailureError where one means none: over
 * several clusters a typing mistake should not be found out half way.
 */
export function contextsMeant(
	patterns: readonly string[],
	{
		context: known,
		identity,
	}: {
		readonly context: readonly string[];
		readonly identity: ReadonlyMap<string, string>;
	},
): { contexts: string[]; twins: Map<string, string> } {
	const meant = patterns.flatMap((pattern) => {
		if (known.includes(pattern)) return [pattern];
		const isGlob = /[*?]/.test(pattern);
		const matching = isGlob
			? known.filter((name) => matchesGlob(name, [pattern])).toSorted()
			: [];
		if (matching.length === 0)
			throw new FailureError(
				isGlob
					? { cause: "contexts-unmatched", glob: pattern, known }
					: { cause: "context-unknown", name: pattern, known },
			);
		return matching;
	});
	const first = new Map<string, string>();
	const twins = new Map<string, string>();
	for (const context of new Set(meant)) {
		const id = identity.get(context) ?? context;
		const other = first.getOrInsert(id, context);
		if (other !== context) twins.set(context, other);
	}
	return { contexts: [...first.values()], twins };
}
