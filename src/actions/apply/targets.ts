import { byFirst } from "../../core/order.ts";
import type { Failure } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import {
	closedBy,
	type NamespaceFacts,
} from "../../core/pull-secrets/namespace-facts.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import {
	isCoveredByRule,
	type NamespaceKnowledge,
	type RecordedName,
	type RuleEntry,
	ruleMatches,
	type SourceRecord,
	type Standing,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import type { Cluster } from "../../world.ts";
import { nearNamespaces } from "../read/near-names.ts";
import {
	type AllNamespaces,
	byName,
	listNamespaces,
	lookUpNamespaces,
	readNamespaces,
} from "../read/read-namespaces.ts";
import { labelQuery } from "../read/select-namespaces.ts";

/** A namespace that gets a copy. */
interface Target {
	readonly namespace: string;
	/** Service accounts that are to pull with it; `*` is all there are. */
	readonly attach: readonly string[];
	/** It was named by -n: whoever did knows what is there. */
	readonly named: boolean;
}

/** What a record or a selection comes to. */
export interface Targets {
	/** Sorted; the source's own namespace is none. */
	readonly serve: readonly Target[];
	/** Service accounts of the source's own namespace that are to pull with it; undefined: it is not meant. */
	readonly atSource: readonly string[] | undefined;
	/** Namespaces that get nothing, and why. */
	readonly settled: readonly ChangeResult[];
	/** Namespaces of which only the name is known: they may not be read. */
	readonly unread: readonly string[];
	/** They were found in a list of Namespaces, not by name. */
	readonly listed: boolean;
	/** All Namespaces that there are, where all were listed. */
	readonly namespaces: AllNamespaces | undefined;
}

/** Where a source's record sends it now. Throws what the cluster throws. */
export async function recordedTargets(
	source: PullSecret,
	record: SourceRecord,
	cluster: Cluster,
	/** All Namespaces, where they have just been listed. */
	listed?: Targets["namespaces"],
): Promise<Targets> {
	const { known: named, all } = await lookUpNamespaces(
		cluster,
		[...record.names.keys()],
		listed ??
			(record.rules.length > 0
				? byName(await listNamespaces(cluster))
				: undefined),
	);
	const known = new Map<string, NamespaceKnowledge>([...(all ?? []), ...named]);
	const serve: Target[] = [];
	const settled: ChangeResult[] = [];
	const unread: string[] = [];
	let atSource: readonly string[] | undefined;
	for (const [namespace, knowledge] of [...known].toSorted(byFirst)) {
		const standing = standingOf(record, namespace, knowledge);
		if (standing === undefined) continue;
		if (namespace === source.namespace) {
			if (standing.is === "served") atSource = standing.attach;
			continue;
		}
		const why = whyNot(standing, knowledge, source);
		if (why !== undefined)
			settled.push(notServed(namespace, why, source, cluster));
		else if (standing.is === "served") {
			serve.push({ namespace, attach: standing.attach, named: false });
			if (knowledge === "unknown") unread.push(namespace);
		}
	}
	return {
		serve,
		atSource,
		settled,
		unread,
		listed: all !== undefined,
		namespaces: all,
	};
}

/** Why a namespace that a record means gets nothing; undefined: it gets a copy. */
export function whyNot(
	standing: Standing,
	knowledge: NamespaceKnowledge,
	{ namespace, name }: { readonly namespace: string; readonly name: string },
): Failure | undefined {
	const source = { namespace, name };
	switch (standing.is) {
		case "missing":
			return { cause: "namespace-missing" };
		case "made-again":
			return {
				cause: "namespace-made-again",
				source,
				attach: standing.attach,
			};
		case "unverified":
			return { cause: "namespace-unverified", source };
		case "skipped":
			return { cause: "namespace-skipped" };
		case "served":
			return typeof knowledge === "object" && knowledge.terminating
				? { cause: "namespace-terminating" }
				: undefined;
	}
}

/** Named namespaces: what is to be recorded of them, and which get a copy. Nothing cluster-wide is read. */
export async function namedTargets(
	source: PullSecret,
	given: readonly string[],
	attach: readonly string[],
	cluster: Cluster,
): Promise<Targets & Pick<SourceRecord, "names">> {
	const sorted = given.toSorted().filter((name) => name !== source.namespace);
	const known = await readNamespaces(cluster, sorted);
	const serve: Target[] = [];
	const settled: ChangeResult[] = [];
	const unread: string[] = [];
	const names = new Map<string, RecordedName>();
	const near = await nearNamespaces(
		cluster,
		sorted.filter((name) => known.get(name) === "gone"),
	);
	for (const [namespace, knowledge] of known) {
		const why = whyNotNamed(knowledge, near.get(namespace));
		if (why !== undefined) {
			// Whoever names it wants it there.
			const result = notServed(namespace, why, source, cluster);
			settled.push({
				...result,
				action: why.cause === "namespace-skipped" ? "skipped" : "failed",
			});
			continue;
		}
		if (knowledge === "unknown") unread.push(namespace);
		const uid = typeof knowledge === "object" ? knowledge.uid : "";
		names.set(namespace, { uid, attach });
		serve.push({ namespace, attach, named: true });
	}
	const isAtSource = given.includes(source.namespace);
	// Without accounts there is nothing to be done there, and nothing to record.
	if (isAtSource && attach.length > 0)
		names.set(source.namespace, { uid: "", attach });
	return {
		serve,
		atSource: isAtSource ? attach : undefined,
		settled,
		unread,
		listed: false,
		namespaces: undefined,
		names,
	};
}

function whyNotNamed(
	knowledge: NamespaceKnowledge,
	near?: string,
): Failure | undefined {
	if (knowledge === "unknown") return undefined;
	if (knowledge === "gone") return { cause: "namespace-missing", near };
	const closed = closedBy(knowledge);
	return closed && { cause: `namespace-${closed}` };
}

/** The namespaces that a rule means now. Throws what the cluster throws. */
export async function ruleTargets(
	source: PullSecret,
	entry: RuleEntry,
	cluster: Cluster,
): Promise<Targets> {
	const { rule } = entry;
	const namespaces = await listNamespaces(cluster, labelQuery(rule));
	const serve: Target[] = [];
	const settled: ChangeResult[] = [];
	let atSource: readonly string[] | undefined;
	for (const facts of namespaces) {
		const { name: namespace } = facts;
		if (!ruleMatches(entry, facts)) continue;
		if (namespace === source.namespace) {
			atSource = entry.attach;
			continue;
		}
		const why = whyNotNamed(facts);
		if (why === undefined)
			serve.push({ namespace, attach: entry.attach, named: false });
		else settled.push(notServed(namespace, why, source, cluster));
	}
	return {
		serve,
		atSource,
		settled,
		unread: [],
		listed: true,
		namespaces: rule.by === "selector" ? undefined : byName(namespaces),
	};
}

/** Whether the record sends a source to a namespace, as far as is known of it. */
export function isRecorded(
	record: SourceRecord,
	namespace: string,
	namespaces: ReadonlyMap<string, NamespaceFacts> | undefined,
): boolean {
	if (record.names.has(namespace)) return true;
	const facts = namespaces?.get(namespace);
	return facts !== undefined && isCoveredByRule(record, facts);
}

const SKIPPED: ReadonlySet<Failure["cause"]> = new Set([
	"namespace-terminating",
	"namespace-skipped",
]);

/** The result for a namespace in which nothing is tried. */
export function notServed(
	namespace: string,
	why: Failure,
	{ name }: { readonly name: string },
	cluster: Pick<Cluster, "context">,
): ChangeResult {
	const action = SKIPPED.has(why.cause) ? "skipped" : "failed";
	return resultOf(cluster, "Secret", { namespace, name }, action, why);
}
