import { groupsBy } from "../groups.ts";
import type { Obstacle } from "../output/failure.ts";
import { copyFault } from "../pull-secrets/content-fault.ts";
import { isSkipped } from "../pull-secrets/namespace-facts.ts";
import { desiredCopy, planCopy } from "../pull-secrets/plan.ts";
import type { PullSecret } from "../pull-secrets/pull-secret.ts";
import type { Facts } from "./facts.ts";

/** What is in the way of a copy: a Secret in its place, or what stands on its Namespace. */
type Blockage = Obstacle | { readonly cause: "namespace-skipped" };

/** What is in the way of copies, of one kind in each of these namespaces. */
export interface Blocked {
	/** The first of them. */
	readonly by: Blockage;
	/** Who manages them, or whose copies they say they are, each once: anybody's words, of any length. */
	readonly claims: readonly string[];
	readonly namespaces: readonly string[];
}

/** What keeps a copy of a source from being written in a namespace; undefined where nothing does. */
export function obstacleIn(
	namespace: string,
	source: PullSecret,
	facts: Facts,
): Blockage | undefined {
	if (namespace === source.namespace) return undefined;
	const there = facts.namespaces.get(namespace);
	if (typeof there === "object" && isSkipped(there))
		return { cause: "namespace-skipped" };
	const ref = `${namespace}/${source.name}`;
	// Of a type that kubelets pass over, which was not read.
	if (facts.otherSecrets.has(ref))
		return { cause: "unmanaged", type: "", equal: false };
	const current = facts.secrets.get(ref)?.key;
	if (current === undefined) return undefined;
	const desired = desiredCopy(source, namespace);
	const plan = planCopy(current, desired, { force: false });
	if (plan.action !== "conflict") return undefined;
	const { obstacle } = plan;
	// What no kubelet can use takes nothing over, whatever is there.
	return obstacle.cause === "unmanaged" &&
		copyFault(source.content) !== undefined
		? { ...obstacle, equal: false }
		: obstacle;
}

/** Those of some namespaces where nothing does. */
export function openOf(
	namespaces: readonly string[],
	source: PullSecret,
	facts: Facts,
): string[] {
	return namespaces.filter(
		(namespace) => obstacleIn(namespace, source, facts) === undefined,
	);
}

/**
 * By the kind of what stands there, in the order of the namespaces. What it says of itself parts none: somebody
 * could write another in each namespace.
 */
export function blockedIn(
	namespaces: readonly string[],
	source: PullSecret,
	facts: Facts,
): Blocked[] {
	const found = namespaces.flatMap((namespace) => {
		const by = obstacleIn(namespace, source, facts);
		return by === undefined ? [] : [{ namespace, by }];
	});
	const kinds = groupsBy(
		found,
		({ by }) => `${by.cause} ${by.cause === "unmanaged" && by.equal}`,
	);
	return kinds.map((group) => ({
		by: group[0].by,
		claims: [
			...new Set(
				group.flatMap(({ by }) =>
					by.cause === "managed-by-other"
						? by.manager
						: by.cause === "copy-of-another"
							? by.source
							: [],
				),
			),
		],
		namespaces: group.map(({ namespace }) => namespace),
	}));
}
