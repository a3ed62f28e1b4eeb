import { OperationError } from "../../errors.ts";
import { someOf } from "../output/some-of.ts";
import { matchesGlob } from "../pull-secrets/desired.ts";

/**
 * The contexts that names and globs mean, each once, in the order in which they were asked for
 * and, for a glob, sorted. Throws OperationError where one means none: over
 * several clusters a typing mistake should not be found out half way.
 */
export function contextsMeant(
	patterns: readonly string[],
	known: readonly string[],
): string[] {
	const meant = patterns.flatMap((pattern) => {
		if (known.includes(pattern)) return [pattern];
		const isGlob = /[*?]/.test(pattern);
		const matching = isGlob
			? known.filter((name) => matchesGlob(name, [pattern])).toSorted()
			: [];
		if (matching.length === 0)
			throw new OperationError(
				isGlob
					? `--contexts: no context matches "${pattern}"`
					: `context "${pattern}" does not exist: there ${known.length === 1 ? "is" : "are"} ${someOf(known.toSorted()) || "none"}`,
			);
		return matching;
	});
	return [...new Set(meant)];
}
