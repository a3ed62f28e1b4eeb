import { globMatches } from "../glob.ts";
import { FailureError } from "../output/failure.ts";
import { ownValue } from "../own-value.ts";
import {
	labelOfSource,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	selectorOf,
} from "./ownership.ts";
import {
	type DesiredPullSecret,
	ownLabels,
	type PullSecret,
	placeOf,
	sourceRef,
} from "./pull-secret.ts";

/**
 * The copy of `source` in a namespace. Built fresh from an allow-list: labels and annotations of Argo CD, Helm or
 * Flux on the source would make their owners claim, and prune, the copy.
 */
export function desiredCopy(
	source: PullSecret,
	namespace: string,
	copyLabels: Readonly<Record<string, string>> = {},
): DesiredPullSecret {
	return {
		namespace,
		name: source.name,
		labels: { ...copyLabels, ...ownLabels(labelOfSource(source)) },
		annotations: {
			[SOURCE_ANNOTATION]: sourceRef(source),
			[SOURCE_UID_ANNOTATION]: source.uid,
		},
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
	return /^[-a-z0-9*?]{1,253}$/.test(glob);
}

/** Does `name` match one of the globs? */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
	return globs.some((glob) => globMatches(glob, name));
}
