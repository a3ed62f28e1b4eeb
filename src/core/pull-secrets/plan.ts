import {
	isOurs,
	PULL_SECRET_TYPE,
	roleOf,
	SOURCE_ANNOTATION,
	type UsageLabel,
} from "./ownership.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	sourceRef,
} from "./pull-secret.ts";

/** What stands in the way of a write, for a person. */
export type Obstacle =
	| { readonly because: "foreign"; readonly type: string }
	| { readonly because: "unmanaged" }
	| { readonly because: "is-source" }
	| { readonly because: "copy-of-another"; readonly source: string }
	| { readonly because: "differs" }
	| { readonly because: "immutable" }
	| { readonly because: "terminating" };

/** One thing to do, or not to do, about one Secret. */
export type Change =
	| { readonly action: "create"; readonly desired: DesiredPullSecret }
	| {
			readonly action: "update";
			readonly current: PullSecret;
			readonly desired: DesiredPullSecret;
	  }
	| {
			/** Deleted and created again, because the type or `immutable` forbids an update. */
			readonly action: "replace";
			readonly current: PullSecret;
			readonly desired: DesiredPullSecret;
	  }
	| { readonly action: "delete"; readonly current: PullSecret }
	| { readonly action: "unchanged"; readonly current: PullSecret }
	| {
			readonly action: "conflict";
			readonly current: PullSecret;
			readonly obstacle: Obstacle;
	  };

/** A change that deletes. */
export type Deletion = Change & { readonly action: "delete" };

/** What a verb and its flags allow. */
export interface Permission {
	readonly owner: UsageLabel;
	/** Take over what is not ours, and replace what cannot be updated. */
	readonly force: boolean;
}

/**
 * What makes `current` into `desired`, a copy. Equality is of content; labels
 * and the source annotation are brought up to date with it, never a reason of
 * their own but where ours are missing.
 */
export function planCopy(
	current: PullSecret | undefined,
	desired: DesiredPullSecret,
	allowed: Permission,
): Change {
	if (current === undefined) return { action: "create", desired };
	const conflict = (obstacle: Obstacle): Change => ({
		action: "conflict",
		current,
		obstacle,
	});
	const equal = sameContent(current, desired);
	const role = roleOf(current);

	if (
		role === "copy" &&
		current.annotations[SOURCE_ANNOTATION] !==
			desired.annotations[SOURCE_ANNOTATION]
	)
		return conflict({
			because: "copy-of-another",
			source: current.annotations[SOURCE_ANNOTATION] ?? "",
		});
	if (role === "copy" && equal && hasLabels(current, desired))
		return { action: "unchanged", current };
	if (current.terminating) return conflict({ because: "terminating" });
	if (!allowed.force) {
		if (role === "unmanaged")
			return conflict({ because: "foreign", type: current.type });
		if (role === "source" && !equal) return conflict({ because: "is-source" });
		if (role === "labelled" && !(equal && isOurs(current)))
			return conflict({ because: "unmanaged" });
	}
	return overwrite(current, desired, allowed);
}

/** What makes `current` into `desired`, a source; `replace`: a source that differs may be overwritten. */
export function planSource(
	current: PullSecret | undefined,
	desired: DesiredPullSecret,
	allowed: Permission & { readonly replace: boolean },
): Change {
	if (current === undefined) return { action: "create", desired };
	const conflict = (obstacle: Obstacle): Change => ({
		action: "conflict",
		current,
		obstacle,
	});
	const equal = sameContent(current, desired);
	const role = roleOf(current);

	if (role === "source" && equal) return { action: "unchanged", current };
	if (current.terminating) return conflict({ because: "terminating" });
	if (!allowed.force) {
		if (role === "unmanaged")
			return conflict({ because: "foreign", type: current.type });
		if (role === "copy")
			return conflict({
				because: "copy-of-another",
				source: current.annotations[SOURCE_ANNOTATION] ?? "",
			});
		if (!isOurs(current)) return conflict({ because: "unmanaged" });
		if (!equal && !allowed.replace) return conflict({ because: "differs" });
	}
	return overwrite(current, desired, {
		...allowed,
		force: allowed.force || allowed.replace,
	});
}

/** Which of these pull secrets a prune deletes. */
export interface PruneScope {
	readonly owner: UsageLabel;
	/** Only keys of this name. */
	readonly name?: string;
	/** Leave what is not a copy. */
	readonly keepSources: boolean;
	/** Only copies whose source is gone: `gone` tells by `NAMESPACE/NAME`. */
	readonly orphanedOnly?: { readonly gone: ReadonlySet<string> };
}

/** Deletions only, of what is ours, in namespace order. */
export function planPrune(
	keys: readonly PullSecret[],
	scope: PruneScope,
): Deletion[] {
	return keys
		.filter((key) => isOurs(key) && !key.terminating)
		.filter((key) => scope.name === undefined || key.name === scope.name)
		.filter((key) => !scope.keepSources || roleOf(key) === "copy")
		.filter(
			(key) =>
				scope.orphanedOnly === undefined ||
				isOrphan(key, scope.orphanedOnly.gone),
		)
		.toSorted(byNamespace)
		.map((current) => ({ action: "delete", current }));
}

/** Copies of `source` outside `selected` namespaces: what `sync --prune` deletes. */
export function planLeftovers(
	keys: readonly PullSecret[],
	source: PullSecret,
	selected: ReadonlySet<string>,
): Deletion[] {
	return keys
		.filter((key) => roleOf(key) === "copy" && isOurs(key) && !key.terminating)
		.filter(
			(key) =>
				key.annotations[SOURCE_ANNOTATION] === sourceRef(source) &&
				!selected.has(key.namespace),
		)
		.toSorted(byNamespace)
		.map((current) => ({ action: "delete", current }));
}

/** The namespace that a change is about. */
export function namespaceOf(change: Change): string {
	return "desired" in change
		? change.desired.namespace
		: change.current.namespace;
}

/** By namespace, then name, in the order of code points, as the API server lists. */
export function byNamespace(
	a: { namespace: string; name: string },
	b: { namespace: string; name: string },
): number {
	return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function overwrite(
	current: PullSecret,
	desired: DesiredPullSecret,
	allowed: { force: boolean },
): Change {
	const wrongType = current.type !== PULL_SECRET_TYPE;
	const frozen = current.immutable && !sameContent(current, desired);
	if (!wrongType && !frozen) return { action: "update", current, desired };
	if (allowed.force) return { action: "replace", current, desired };
	return { action: "conflict", current, obstacle: { because: "immutable" } };
}

function sameContent(current: PullSecret, desired: DesiredPullSecret): boolean {
	return (
		current.type === PULL_SECRET_TYPE &&
		current.content.canonical === desired.content.canonical
	);
}

function hasLabels(current: PullSecret, desired: DesiredPullSecret): boolean {
	return Object.entries(desired.labels).every(
		([key, value]) => current.labels[key] === value,
	);
}

function isOrphan(key: PullSecret, gone: ReadonlySet<string>): boolean {
	return (
		roleOf(key) === "copy" && gone.has(key.annotations[SOURCE_ANNOTATION] ?? "")
	);
}
