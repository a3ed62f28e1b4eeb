import { groupsBy } from "../groups.ts";
import {
	kubectl,
	meshreg,
	objectName,
	objectNames,
	sequence,
} from "../output/shell.ts";
import {
	isCopyOf,
	roleOf,
	SOURCE_ANNOTATION,
} from "../pull-secrets/ownership.ts";
import { type PullSecret, sourceRef } from "../pull-secrets/pull-secret.ts";
import { type SourceRecord, standingOf } from "../pull-secrets/record.ts";
import { legalSourceRef } from "../pull-secrets/source.ts";
import { type Blocked, blockedIn, obstacleIn, openOf } from "./blocked.ts";
import {
	type Facts,
	isUnread,
	keysIn,
	type SourceFacts,
	sendingTo,
} from "./facts.ts";
import {
	type Finding,
	finding,
	giving,
	type Severity,
	unique,
} from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";

/**
 * Copies: where the record of their source wants one, one is there and is equal. The rest are claims.
 * `told`: places of those that pods are told to lack.
 */
export function checkCopies(
	keyrings: Keyrings,
	told: ReadonlySet<string>,
): Finding[] {
	const { facts } = keyrings;
	const records = facts.sources.map((source) =>
		recordFindings(source, facts, told),
	);
	const findings = records.flatMap((one) => one.findings);
	const count = records.reduce((sum, { good }) => sum + good, 0);
	const isGood =
		records.every(({ isTold }) => !isTold) &&
		findings.every(
			({ severity }) => severity !== "problem" && severity !== "warning",
		);
	return [
		...(isGood &&
		facts.sources.length > 0 &&
		// The record may mean a Namespace that could not be read.
		(count > 0 || !isUnread(facts, "namespaces"))
			? [
					finding("copies", "ok", {
						about: { cause: "copies", count },
						// The record may send it elsewhere.
						...(count === 0 && facts.scope ? { namespaces: facts.scope } : {}),
					}),
				]
			: []),
		...findings,
		...claimants(keyrings),
	];
}

/** What is found of a namespace, measured by what the record wants of it; `told`: its pods tell what it lacks. */
type State = "good" | "told" | "copy-blocked" | Trouble;
type Trouble =
	| "copy-missing"
	| "copy-drifted"
	| "namespace-made-again"
	| "namespace-gone";

function recordFindings(
	source: SourceFacts,
	facts: Facts,
	told: ReadonlySet<string>,
): { findings: Finding[]; good: number; isTold: boolean } {
	const { secret, record, fault, fixes } = source;
	const ref = sourceRef(secret);
	const alone = (one: Finding) => ({
		findings: [one],
		good: 0,
		isTold: false,
	});
	if (fault !== undefined)
		return alone(
			finding("copies", "problem", {
				about: { cause: "record-fault", ref, fault },
				namespaces: [secret.namespace],
			}),
		);
	if (record === undefined) return alone(noRecord(source, facts));
	const names = unique([...record.names.keys(), ...facts.namespaces.keys()]);
	const states = Map.groupBy(
		names.filter((name) => facts.scope?.includes(name) ?? true),
		(name) => stateOf(name, secret, record, facts, told),
	);
	const at = (state: State) => states.get(state) ?? [];
	const trouble = (
		cause: Trouble,
		severity: Severity,
		mend: (namespaces: string[]) => Partial<Finding>,
	) =>
		at(cause).length === 0
			? []
			: [
					finding("copies", severity, {
						about: { cause, ref },
						namespaces: at(cause),
						...mend(at(cause)),
					}),
				];
	const sent = (namespaces: string[]) => ({
		fix: sequence(sendingTo(source, namespaces)),
	});
	const attachOf = (name: string) => record.names.get(name)?.attach ?? [];
	return {
		findings: [
			...trouble("copy-missing", "problem", sent),
			...trouble("copy-drifted", "problem", sent),
			...blockedIn(at("copy-blocked"), secret, facts).map((blocked) =>
				blockedFinding(blocked, source, record),
			),
			...trouble("namespace-made-again", "problem", (again) => ({
				// The accounts went with the namespace, too. With the pods that lack it the same is told.
				gives: groupsBy(
					again.filter(
						(name) =>
							attachOf(name).length > 0 || !told.has(`${name}/${secret.name}`),
					),
					(name) => attachOf(name).join(),
				).flatMap((alike) =>
					giving(alike, fixes.sync(alike, attachOf(alike[0]))),
				),
			})),
			...trouble("namespace-gone", "note", ([first = ""]) => ({
				look: fixes.forget(first),
			})),
		],
		good: at("good").length,
		isTold: states.has("told"),
	};
}

/** undefined: the record means nothing by it, or nothing can be created there, nor is it wanted. */
function stateOf(
	namespace: string,
	source: PullSecret,
	record: SourceRecord,
	facts: Facts,
	told: ReadonlySet<string>,
): State | undefined {
	const known = facts.namespaces.get(namespace) ?? "unknown";
	if (namespace === source.namespace) return undefined;
	if (typeof known === "object" && known.terminating) return undefined;
	const is = standingOf(record, namespace, known)?.is;
	if (is === "made-again") return "namespace-made-again";
	if (is === "missing") return "namespace-gone";
	if (is !== "served") return undefined;
	const ref = `${namespace}/${source.name}`;
	const current = facts.secrets.get(ref)?.key;
	const isBlocked = obstacleIn(namespace, source, facts) !== undefined;
	if (isBlocked || current === undefined)
		return told.has(ref) ? "told" : isBlocked ? "copy-blocked" : "copy-missing";
	return current.content.canonical === source.content.canonical
		? "good"
		: "copy-drifted";
}

function blockedFinding(
	blocked: Blocked,
	{ secret, fixes }: SourceFacts,
	record: SourceRecord,
): Finding {
	const { by, namespaces } = blocked;
	const [first = ""] = namespaces;
	const look = ["describe", "secret", objectName(secret.name), "-n"] as const;
	return finding("copies", "problem", {
		about: { cause: "copy-blocked", ref: sourceRef(secret), blocked },
		namespaces,
		...(by.cause === "unmanaged" && by.equal
			? // Where a rule serves one of them, its name would stand in the record when the rule no longer does.
				{
					fix: namespaces.every((name) => record.names.has(name))
						? fixes.sync(namespaces, [], "--adopt")
						: fixes.syncRecorded("--adopt"),
				}
			: {
					look:
						by.cause === "unmanaged"
							? fixes.sync(namespaces, [], "--force", "--diff")
							: kubectl(...look, objectName(first)),
				}),
	});
}

/** Those that hold the credential already, and that nobody recorded, are all that is known of where it went. */
function noRecord(source: SourceFacts, facts: Facts): Finding {
	const { secret, fixes } = source;
	const holders = keysIn(facts)
		.filter((key) => isCopyOf(key, sourceRef(secret)))
		.filter((key) => key.content.canonical === secret.content.canonical)
		.map(({ namespace }) => namespace);
	const namespaces = unique(holders);
	const open = openOf(namespaces, secret, facts);
	return finding("copies", "warning", {
		about: { cause: "no-record", ref: sourceRef(secret) },
		namespaces,
		gives: giving(open, fixes.sync(open)),
	});
}

/** Whether it would be known of a source that it is there. */
function wasLookedFor(ref: string, facts: Facts): boolean {
	const [namespace, name] = ref.split("/");
	return (
		namespace !== facts.sourceNamespace ||
		(!isUnread(facts, "source") &&
			(facts.only === undefined || facts.only === name))
	);
}

/** Secrets that say that they are copies, where the record of no source knows them: told once, by what they claim. */
function claimants(keyrings: Keyrings): Finding[] {
	const { facts } = keyrings;
	const sources = new Map(
		facts.sources.map((source) => [sourceRef(source.secret), source]),
	);
	const refOf = (key: PullSecret) => key.annotations[SOURCE_ANNOTATION] ?? "";
	const claims = keysIn(facts).filter((key) => {
		if (roleOf(key) !== "copy") return false;
		const of = sources.get(refOf(key));
		if (of === undefined) return wasLookedFor(refOf(key), facts);
		return (
			key.name !== of.secret.name ||
			(of.record !== undefined &&
				keyrings.standing(of, key.namespace) === undefined &&
				// A rule may mean a Namespace that could not be read.
				(facts.namespaces.has(key.namespace) || of.record.rules.length === 0))
		);
	});
	// undefined: of no source that is checked here.
	const isSame = (key: PullSecret): boolean | undefined => {
		const source = sources.get(refOf(key))?.secret;
		return source && source.content.canonical === key.content.canonical;
	};
	// Whoever wrote the annotation must not write into the key what it is grouped by.
	const groups = groupsBy(claims, (key) =>
		JSON.stringify([refOf(key), isSame(key) ?? "unknown"]),
	);
	return groups.map((group) => {
		const [of, same] = [refOf(group[0]), isSame(group[0])];
		const namespaces = unique(group.map(({ namespace }) => namespace));
		const orphaned =
			same === undefined &&
			legalSourceRef(of)?.namespace === facts.sourceNamespace &&
			facts.sourceProblem === undefined &&
			!isUnread(facts, "source");
		const source = sources.get(of);
		// What holds the credential of now may be recorded, or deleted; what does not may be anybody's.
		const holds = same ? source?.fixes : undefined;
		const names = unique(group.map(({ name }) => name));
		const isOurs = names.length === 1 && names[0] === source?.secret.name;
		const open =
			source && isOurs ? openOf(namespaces, source.secret, facts) : [];
		return finding("copies", "note", {
			about: { cause: "claimants", of, same, orphaned },
			namespaces,
			gives: giving(open, holds?.sync(open)),
			look: orphaned
				? meshreg("prune", "--orphaned", "-n", objectNames(namespaces))
				: isOurs
					? holds?.prune(namespaces)
					: undefined,
		});
	});
}
