import { byFirst } from "../../core/order.ts";
import type { Failure } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import { someOf } from "../../core/output/some-of.ts";
import {
	closedBy,
	type NamespaceFacts,
} from "../../core/pull-secrets/namespace-facts.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import {
	EMPTY_RECORD,
	isCoveredByRule,
	type NamespaceKnowledge,
	type RecordedName,
	type RuleEntry,
	type SourceRecord,
	type Standing,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import type { Cluster } from "../../world.ts";
import {
	type AllNamespaces,
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
}

/** What a record or a selection comes to. */
export interface Targets {
	/** Sorted; the source's own namespace is none. */
	readonly serve: readonly Target[];
	/** Those that -n names: whoever did knows what is there. */
	readonly named: ReadonlySet<string>;
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
	/** Those that -n names. */
	named: ReadonlySet<string> = NONE,
): Promise<Targets> {
	const { known: byName, all } = await lookUpNamespaces(
		cluster,
		[...record.names.keys()],
		listed ??
			(record.rules.length > 0 ? await listNamespaces(cluster) : undefined),
	);
	const known = new Map([...(all ?? []), ...byName]);
	return {
		...meantBy(record, known, source, cluster, named),
		listed: all !== undefined,
		namespaces: all,
	};
}

const NONE: ReadonlySet<string> = new Set();

/** What a record means among the namespaces of which something is known. Those that -n names need not be read. */
function meantBy(
	record: SourceRecord,
	known: ReadonlyMap<string, NamespaceKnowledge>,
	source: PullSecret,
	cluster: Cluster,
	named: ReadonlySet<string>,
): Omit<Targets, "listed" | "namespaces"> {
	const serve: Target[] = [];
	const settled: ChangeResult[] = [];
	const unread: string[] = [];
	let atSource: readonly string[] | undefined;
	for (const [namespace, knowledge] of [...known].toSorted(byFirst)) {
		const found = standingOf(record, namespace, knowledge);
		if (found === undefined) continue;
		const standing: Standing =
			named.has(namespace) && found.is === "unverified"
				? { ...found, is: "served" }
				: found;
		if (namespace === source.namespace) {
			if (standing.is === "served") atSource = standing.attach;
			continue;
		}
		const why = whyNot(standing, knowledge, source);
		if (why !== undefined)
			settled.push(notServed(namespace, why, source, cluster));
		else if (standing.is === "served") {
			serve.push({ namespace, attach: standing.attach });
			if (knowledge === "unknown") unread.push(namespace);
		}
	}
	return { serve, named, atSource, settled, unread };
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
		case "served": {
			const closed = typeof knowledge === "object" && closedBy(knowledge);
			return closed ? { cause: `namespace-${closed}` } : undefined;
		}
	}
}

/** A selection that has been looked up. */
export interface Selected {
	readonly targets: Targets;
	/** What the source's record is to say of it. */
	readonly record: SourceRecord;
	/** In a few words, for messages: `app, shop`. */
	readonly what: string;
}

/** Named namespaces: what is to be recorded of them, and which get a copy. Nothing cluster-wide is read. */
export async function namedTargets(
	source: PullSecret,
	given: readonly string[],
	attach: readonly string[],
	cluster: Cluster,
): Promise<Selected> {
	const others = given.filter((name) => name !== source.namespace);
	const known = new Map(await readNamespaces(cluster, others));
	if (others.length < given.length) known.set(source.namespace, "unknown");
	const trusted = { uid: "", attach };
	const names = new Map(given.map((name) => [name, trusted]));
	const record = { ...EMPTY_RECORD, names };
	const meant = meantBy(record, known, source, cluster, new Set(given));
	const targets = {
		...meant,
		// As they were given, in that order.
		serve: meant.serve.map((target) => ({ ...target, attach })),
		settled: meant.settled.map((result): ChangeResult => {
			// Whoever names it wants it there.
			const isOptedOut = result.why?.cause === "namespace-skipped";
			return isOptedOut ? result : { ...result, action: "failed" };
		}),
		listed: false,
		namespaces: undefined,
	};
	// Without accounts there is nothing to be done at the source, and nothing to record.
	const atSource = meant.atSource?.length ? [source.namespace] : [];
	return selectedByName(targets, known, attach, atSource);
}

/** Targets that were found one by one, which are recorded by their names, each with its uid where it is `known`. */
export function selectedByName(
	targets: Targets,
	known: ReadonlyMap<string, NamespaceKnowledge>,
	attach: readonly string[],
	/** What else is recorded, by its name alone. */
	further: readonly string[] = [],
): Selected {
	const served = targets.serve.map(({ namespace }) => namespace);
	const names = [...served, ...further].map((name): [string, RecordedName] => {
		const facts = known.get(name);
		return [name, { uid: typeof facts === "object" ? facts.uid : "", attach }];
	});
	return {
		targets,
		record: { ...EMPTY_RECORD, names: new Map(names) },
		what: someOf(served),
	};
}

/** The namespaces that a rule means now. Throws what the cluster throws. */
export async function ruleTargets(
	source: PullSecret,
	entry: RuleEntry,
	cluster: Cluster,
): Promise<Targets> {
	const { rule } = entry;
	const namespaces = await listNamespaces(cluster, labelQuery(rule));
	const record = { ...EMPTY_RECORD, rules: [entry] };
	return {
		...meantBy(record, namespaces, source, cluster, NONE),
		listed: true,
		namespaces: rule.by === "selector" ? undefined : namespaces,
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

/** The result for a namespace in which nothing is tried. */
export function notServed(
	namespace: string,
	why: Failure,
	{ name }: { readonly name: string },
	cluster: Pick<Cluster, "context">,
): ChangeResult {
	const isSkipped =
		why.cause === "namespace-terminating" || why.cause === "namespace-skipped";
	const action = isSkipped ? "skipped" : "failed";
	return resultOf(cluster, "Secret", { namespace, name }, action, why);
}
