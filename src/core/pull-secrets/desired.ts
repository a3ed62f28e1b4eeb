import { FailureError } from "../output/failure.ts";
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
	if (own === undefined || (copyLabels[own.key] ?? own.value) === own.value)
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

/** Does `name` match one of the globs? `*` stands for any run of characters, `?` for one. */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
	return globs.some((glob) => matchesOne(name, glob));
}

/** Goes back to the last star alone, so that no glob takes longer than name times glob. */
function matchesOne(name: string, glob: string): boolean {
	let at = 0;
	let star = -1;
	let afterStar = 0;
	for (let index = 0; index < name.length; ) {
		if (glob[at] === "*") {
			star = at++;
			afterStar = index;
		} else if (glob[at] === "?" || glob[at] === name[index]) {
			at++;
			index++;
		} else if (star >= 0) {
			at = star + 1;
			index = ++afterStar;
		} else return false;
	}
	while (glob[at] === "*") at++;
	return at === glob.length;
}
