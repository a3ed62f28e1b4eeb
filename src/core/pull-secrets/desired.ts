import { globMatches } from "../glob.ts";
import { FailureError } from "../output/failure.ts";
import { ownValue } from "../own-value.ts";
import { labelOfSource, selectorOf } from "./ownership.ts";
import {
	type DesiredPullSecret,
	ownLabels,
	type PullSecret,
	placeOf,
	sourceAnnotations,
} from "./pull-secret.ts";

/**
 * The copy of `source` in each namespace but its own. Built fresh from an
 * allow-list: labels and annotations of Argo CD, Helm or Flux on the source
 * would make their owners claim, and prune, the copy.
 */
export function desiredCopies(
	source: PullSecret,
	namespaces: readonly string[],
	copyLabels: Readonly<Record<string, string>> = {},
): DesiredPullSecret[] {
	// Of a thousand copies only the namespaces differ.
	const copy = desiredCopy(source, "", copyLabels);
	return namespaces
		.filter((namespace) => namespace !== source.namespace)
		.map((namespace) => ({ ...copy, namespace }));
}

/** The same for one namespace. */
export function desiredCopy(
	source: PullSecret,
	namespace: string,
	copyLabels: Readonly<Record<string, string>> = {},
): DesiredPullSecret {
	return {
		namespace,
		name: source.name,
		labels: { ...copyLabels, ...ownLabels(labelOfSource(source)) },
		annotations: sourceAnnotations(source),
		content: source.content,
	};
}

/** Throws FailureError where a label for copies is the source's own, by which they are found, with another value. */
export function refuseOwnLabel(
	source: PullSecret,
	copyLabels: Readonly<Record<string, string>>,
): void {
	const own = labelOfSource(source);
	if (
		own === undefined ||
		(ownValue(copyLabels, own.key) ?? own.value) === own.value
	)
		return;
	throw new FailureError({
		cause: "label-stays",
		source: placeOf(source),
		label: selectorOf(own),
		flag: "--copy-label",
	});
}

/** Whether this may be a glob of namespaces' names, in a record and on a command line. */
export function isNameGlob(glob: string): boolean {
	return GLOB.test(glob);
}

const GLOB = /^[-a-z0-9*?]{1,253}$/;

/** Does `name` match one of the globs? */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
	return globs.some((glob) => globMatches(glob, name));
}
