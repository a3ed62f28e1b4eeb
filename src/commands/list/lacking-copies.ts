import type { LackingCopies } from "../../core/document.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { missingCopies } from "../../core/pull-secrets/tree.ts";
import type { Cluster } from "../../world.ts";
import type { Listing } from "./list-keys.ts";

/**
 * Counts the recorded namespaces without a copy, of the sources of the source namespace: what calls itself
 * a source elsewhere is another's word. Undefined where there is none.
 */
export function lackingCopies(
	{ commandContext }: Pick<Cluster, "commandContext">,
	{ keys, known, isMeant }: Listing,
	sourceNamespace: string,
): LackingCopies | undefined {
	const without = missingCopies(keys, known, sourceNamespace).flatMap(
		({ source: { name }, namespaces }) =>
			namespaces.filter(isMeant).map(() => name),
	);
	const [first] = without;
	if (first === undefined) return undefined;
	const { usual } = commandContext;
	const source = {
		namespace: sourceNamespace,
		// check looks at all sources of the namespace that it takes by itself.
		name: sourceNamespace === usual.namespace ? usual.name : first,
	};
	return {
		missing: without.length,
		script: Fixes.of(source).check(),
		commandContext,
	};
}
