import { compare } from "../order.ts";
import { FailureError, type Obstacle } from "../output/failure.ts";
import type { Place } from "../output/input-failure.ts";
import { ownValue } from "../own-value.ts";
import { type Change, type ChangeOf, changed } from "./change.ts";
import { differingRegistries } from "./differences.ts";
import { textsIn } from "./expiry.ts";
import { isControlled, type Manager, managerName } from "./managers.ts";
import {
	EXPIRES_IN_ANNOTATION,
	isCopyOf,
	isOurs,
	labelOfSource,
	PROVIDER_ANNOTATION,
	PULL_SECRET_TYPE,
	roleOf,
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
	selectorOf,
	TARGETS_ANNOTATION,
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

/** What the flags of a verb allow in one namespace. */
interface Permission {
	/** Take over what is not ours, and replace what cannot be updated. */
	readonly force: boolean;
	/** Take over what is not managed, where it has the content that is to be written. */
	readonly adopt?: boolean;
	/** The namespace was named by -n: a person knows what is there. */
	readonly named?: boolean;
}

/**
 * What makes `current` into `desired`, a copy. Equality is of content, our labels and annotations.
 * What somebody else keeps is never taken over, nor is a source in a namespace that nobody named. A copy of ours
 * that a controller writes by now is its: as long as it serves, its marks are of no interest either.
 */
export function planCopy(
	current: PullSecret | undefined,
	desired: DesiredPullSecret,
	allowed: Permission,
): Change {
	if (current === undefined) return { action: "create", desired };
	// Whatever it holds, it is about to go.
	if (current.terminating) return conflict(current, { cause: "terminating" });
	const equal = sameContent(current, desired);
	if (equal && isMarked(current, desired))
		return { action: "unchanged", current, desired };
	const source = desired.annotations[SOURCE_ANNOTATION] ?? "";
	const isOwn = isCopyOf(current, source);
	if (isOwn && equal && isControlled(current))
		return { action: "unchanged", current, desired };
	const obstacle =
		isOwn && !isControlled(current)
			? undefined
			: obstacleToCopy(current, desired, equal, allowed);
	return obstacle === undefined
		? overwrite(current, desired, allowed)
		: conflict(current, obstacle);
}

function conflict(
	current: PullSecret,
	obstacle: Obstacle,
): ChangeOf<"conflict"> {
	return { action: "conflict", current, obstacle };
}

function keptBy(manager: Manager): Obstacle {
	return { cause: "managed-by-other", manager: managerName(manager) };
}

/** What keeps another's Secret from becoming a copy. */
function obstacleToCopy(
	current: PullSecret,
	desired: DesiredPullSecret,
	equal: boolean,
	{ force, adopt = false, named = false }: Permission,
): Obstacle | undefined {
	if (current.manager !== undefined) return keptBy(current.manager);
	switch (roleOf(current)) {
		case "copy":
			return force
				? undefined
				: {
						cause: "copy-of-another",
						source: current.annotations[SOURCE_ANNOTATION] ?? "",
					};
		case "source": {
			// One that was sent nowhere and says the same loses nothing.
			const record = current.annotations[TARGETS_ANNOTATION] ?? "[]";
			return (force && named) || (equal && record === "[]")
				? undefined
				: { cause: "is-source", named };
		}
		case "labelled":
		case "unmanaged":
			return force || (adopt && equal)
				? undefined
				: {
						cause: "unmanaged",
						type: current.type,
						equal,
						...(adopt && {
							differs: differingRegistries(current.content, desired.content),
						}),
					};
	}
}

/** What makes `current` into `desired`, a source; `replace`: a source that differs may be overwritten. */
export function planSource(
	current: PullSecret | undefined,
	desired: DesiredPullSecret,
	allowed: Pick<Permission, "force"> & { readonly replace: boolean },
): Change {
	if (current === undefined) return { action: "create", desired };
	const equal = sameContent(current, desired);
	const role = roleOf(current);

	if (current.terminating) return conflict(current, { cause: "terminating" });
	if (role === "source" && equal && remembers(current, desired))
		return { action: "unchanged", current, desired };
	if (role !== "source" && current.manager !== undefined)
		return conflict(current, keptBy(current.manager));
	if (!allowed.force) {
		if (role === "unmanaged")
			return conflict(current, {
				cause: "unmanaged",
				type: current.type,
				equal: false,
				of: "source",
			});
		if (role === "copy")
			return conflict(current, {
				cause: "copy-of-another",
				source: current.annotations[SOURCE_ANNOTATION] ?? "",
				of: "source",
			});
		if (!equal && !allowed.replace)
			return conflict(current, { cause: "differs" });
	}
	return overwrite(current, desired, {
		force: allowed.force || allowed.replace,
	});
}

/**
 * A change as far as it was agreed to: what would be deleted and created again is left alone, as the
 * immutable Secret that it is, unless somebody agreed to just that. Whatever writes a plan passes here.
 */
export function onlyAgreed(
	change: Change,
	mayReplace: boolean,
	recreatedBy: Extract<
		Obstacle,
		{ cause: "immutable" }
	>["recreatedBy"] = "sync",
): Change {
	return change.action === "replace" && !mayReplace
		? conflict(change.current, { cause: "immutable", recreatedBy })
		: change;
}

/** Deletions of what is ours, in namespace order; a conflict for a copy that a controller would make again. */
export function planPrune(
	keys: readonly PullSecret[],
	/** `keepSources`: leaves what is not a copy; `copiesOf`: only copies of these sources, `NAMESPACE/NAME`. */
	scope: {
		readonly keepSources?: boolean;
		readonly copiesOf?: ReadonlySet<string> | undefined;
	},
): ChangeOf<"delete" | "conflict">[] {
	const { keepSources, copiesOf } = scope;
	return keys
		.filter((key) => isOurs(key) && !key.terminating)
		.filter((key) => !(keepSources || copiesOf) || roleOf(key) === "copy")
		.filter(
			({ annotations }) =>
				copiesOf?.has(annotations[SOURCE_ANNOTATION] ?? "") ?? true,
		)
		.toSorted(byNamespace)
		.map((current) => {
			const { manager } = current;
			return roleOf(current) === "copy" && isControlled(current) && manager
				? conflict(current, keptBy(manager))
				: { action: "delete", current };
		});
}

/** The Secret that a change is about. */
export function targetOf(change: Change): Place {
	return "desired" in change ? change.desired : change.current;
}

/** By namespace, then name, in the order of code points, as the API server lists. */
export function byNamespace(a: Place, b: Place): number {
	return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function overwrite(
	current: PullSecret,
	desired: DesiredPullSecret,
	allowed: { force: boolean },
): Change {
	const wrongType = current.type !== PULL_SECRET_TYPE;
	const frozen = current.immutable && !sameContent(current, desired);
	if (!wrongType && !frozen) return { action: "update", current, desired };
	return onlyAgreed({ action: "replace", current, desired }, allowed.force);
}

function sameContent(current: PullSecret, desired: DesiredPullSecret): boolean {
	return (
		current.type === PULL_SECRET_TYPE &&
		current.content.canonical === desired.content.canonical
	);
}

/** Whether a source remembers already how long credentials are good of which a person says so, and who gave them. */
function remembers(
	{ annotations }: PullSecret,
	desired: DesiredPullSecret,
): boolean {
	return [EXPIRES_IN_ANNOTATION, PROVIDER_ANNOTATION].every((name) => {
		const known = new Map(textsIn(ownValue(annotations, name)));
		return textsIn(ownValue(desired.annotations, name)).every(
			([key, text]) => known.get(key) === text,
		);
	});
}

/** Whether the labels and annotations that we give are there as they are to be. */
function isMarked(current: PullSecret, desired: DesiredPullSecret): boolean {
	const lacking = {
		...changed(current.labels, desired.labels),
		...changed(current.annotations, desired.annotations),
	};
	return Object.keys(lacking).length === 0;
}
