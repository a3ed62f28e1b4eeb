import type { UsageLabel } from "./ownership.ts";
import {
	type DesiredPullSecret,
	ownLabels,
	type PullSecret,
	sourceAnnotations,
} from "./pull-secret.ts";

/** Namespaces that only a person who names them may mean. */
export const SYSTEM_NAMESPACES: readonly string[] = [
	"kube-system",
	"kube-public",
	"kube-node-lease",
];

/**
 * The copy of `source` in each namespace but its own. Built fresh from an
 * allow-list: labels and annotations of Argo CD, Helm or Flux on the source
 * would make their owners claim, and prune, the copy.
 */
export function desiredCopies(
	source: PullSecret,
	namespaces: readonly string[],
	owner: UsageLabel,
	copyLabels: Readonly<Record<string, string>> = {},
): DesiredPullSecret[] {
	const labels = { ...copyLabels, ...ownLabels(owner) };
	const annotations = sourceAnnotations(source);
	return namespaces
		.filter((namespace) => namespace !== source.namespace)
		.map((namespace) => ({
			namespace,
			name: source.name,
			labels,
			annotations,
			content: source.content,
		}));
}

/** Does `name` match one of the globs? `*` stands for any run of characters, `?` for one. */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
	return globs.some((glob) => globExpression(glob).test(name));
}

function globExpression(glob: string): RegExp {
	const escaped = glob
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replaceAll("*", ".*")
		.replaceAll("?", ".");
	return new RegExp(`^${escaped}$`, "s");
}
