import type { Access, Readable } from "./facts.ts";
import { type Finding, finding, unique } from "./finding.ts";

/** What a use needs of the API server. */
const NEEDS: readonly {
	readonly resource: string;
	readonly verbs: readonly string[];
	/** Of the cluster, not of a namespace. */
	readonly clusterWide?: true;
}[] = [
	{ resource: "secrets", verbs: ["get", "list", "create", "patch", "delete"] },
	{ resource: "serviceaccounts", verbs: ["get", "list", "patch"] },
	{ resource: "pods", verbs: ["get", "list"] },
	{ resource: "events", verbs: ["list"] },
	{ resource: "namespaces", verbs: ["get", "list"], clusterWide: true },
];

/**
 * Every question to ask, each once. Where namespaces are named, what is needed in them: who works
 * in one needs nothing of the cluster.
 */
export function accessesToAsk(
	namespaces: readonly string[] | undefined,
): Access[] {
	return NEEDS.filter(
		({ clusterWide }) => namespaces === undefined || !clusterWide,
	).flatMap(({ resource, verbs, clusterWide }) =>
		verbs.flatMap((verb): Access[] =>
			namespaces === undefined || clusterWide
				? [{ resource, verb }]
				: namespaces.map((namespace) => ({ resource, verb, namespace })),
		),
	);
}

/**
 * What may not be done, and what was therefore not looked at, in one: `denied` are the questions
 * that were answered no.
 */
export function checkPermissions(
	denied: readonly Access[],
	unread: readonly Readable[],
	scope: readonly string[] | undefined,
): Finding {
	return denied.length === 0 && unread.length === 0
		? finding("permissions", "ok", { about: { cause: "permitted" } })
		: finding(
				"permissions",
				scope === undefined && denied.length > 0 ? "warning" : "note",
				{
					about: { cause: "not-allowed", denied, unread },
					namespaces: unique(
						denied.flatMap(({ namespace }) => namespace ?? []),
					),
				},
			);
}
