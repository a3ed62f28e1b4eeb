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
import {
	type SourceRecord,
	type Standing,
	standingOf,
} from "../pull-secrets/record.ts";
import { type Blocked, blockedIn, obstacleIn, openOf } from "./blocked.ts";
import {
	type Facts,
	isUnread,
	keysIn,
	type SourceFacts,
	sendingTo,
} from "./facts.ts";
import { type Finding, finding, giving, unique } from "./finding.ts";
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
		records.every(({ lacking }) => !lacking) &&
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

/** What a Secret is, measured by what the record wants of its namespace. */
type State = "good" | "copy-missing" | "copy-drifted" | "copy-blocked";

function recordFindings(
	source: SourceFacts,
	facts: Facts,
	told: ReadonlySet<string>,
): { findings: Finding[]; good: number; lacking?: boolean } {
	const { secret, record, fault } = source;
	const ref = sourceRef(secret);
	if (fault !== undefined)
		return {
			findings: [
				finding("copies", "problem", {
					about: { cause: "record-fault", ref, fault },
					namespaces: [secret.namespace],
				}),
			],
			good: 0,
		};
	if (record === undefined)
		return { findings: [noRecord(source, facts)], good: 0 };
	const standings = standingsOf(source, record, facts);
	const named = (is: Standing["is"]) =>
		[...standings]
			.filter(([, standing]) => standing.is === is)
			.map(([name]) => name);
	const states = Map.groupBy(named("served"), (name) =>
		stateOf(source, name, facts),
	);
	/** Of these their pods tell. */
	const lacking = new Set(
		(["copy-missing", "copy-blocked"] as const).flatMap((state) =>
			(states.get(state) ?? []).filter((name) =>
				told.has(`${name}/${secret.name}`),
			),
		),
	);
	const in_ = (state: State) =>
		(states.get(state) ?? []).filter((name) => !lacking.has(name));
	const notSent = (["copy-missing", "copy-drifted"] as const).flatMap(
		(cause) =>
			in_(cause).length === 0
				? []
				: finding("copies", "problem", {
						about: { cause, ref },
						namespaces: in_(cause),
						fix: sequence(sendingTo(source, in_(cause))),
					}),
	);
	return {
		findings: [
			...notSent,
			...blockedFindings(
				source,
				record,
				blockedIn(in_("copy-blocked"), secret, facts),
			),
			...namespaceFindings(
				source,
				record,
				named("made-again"),
				named("missing"),
				told,
			),
		],
		good: in_("good").length,
		lacking: lacking.size > 0,
	};
}

/** How it stands with each namespace that the record means, in what is checked. */
function standingsOf(
	{ secret }: SourceFacts,
	record: SourceRecord,
	facts: Facts,
): Map<string, Standing> {
	const names = unique([...record.names.keys(), ...facts.namespaces.keys()]);
	return new Map(
		names
			.filter((name) => name !== secret.namespace)
			.filter((name) => facts.scope?.includes(name) ?? true)
			.flatMap((name) => {
				const known = facts.namespaces.get(name) ?? "unknown";
				// Nothing can be created there, nor is it wanted.
				if (typeof known === "object" && known.terminating) return [];
				const standing = standingOf(record, name, known);
				return standing === undefined ? [] : [[name, standing]];
			}),
	);
}

function blockedFindings(
	{ secret, fixes }: SourceFacts,
	record: SourceRecord,
	kinds: readonly Blocked[],
): Finding[] {
	const byName = record.names;
	return kinds.map((blocked) => {
		const { by, namespaces } = blocked;
		const [first = ""] = namespaces;
		const look = ["describe", "secret", objectName(secret.name), "-n"] as const;
		return finding("copies", "problem", {
			about: { cause: "copy-blocked", ref: sourceRef(secret), blocked },
			namespaces,
			...(by.cause === "unmanaged" && by.equal
				? // Where a rule serves one of them, its name would stand in the record when the rule no longer does.
					{
						fix: fixes.adopt(
							namespaces.every((name) => byName.has(name)) ? namespaces : [],
						),
					}
				: {
						look:
							by.cause === "unmanaged"
								? fixes.difference(namespaces)
								: kubectl(...look, objectName(first)),
					}),
		});
	});
}

/** Recorded namespaces that are not, or are others, than those that the source was sent to. */
function namespaceFindings(
	{ secret, fixes }: SourceFacts,
	record: SourceRecord,
	again: readonly string[],
	gone: readonly string[],
	told: ReadonlySet<string>,
): Finding[] {
	const ref = sourceRef(secret);
	const found: Finding[] = [];
	const byName = record.names;
	const attachOf = (name: string) => byName.get(name)?.attach ?? [];
	if (again.length > 0)
		found.push(
			finding("copies", "problem", {
				about: { cause: "namespace-made-again", ref },
				namespaces: again,
				// The accounts went with the namespace, too. With the pods that lack it the same is told.
				gives: groupsBy(
					again.filter(
						(name) =>
							attachOf(name).length > 0 || !told.has(`${name}/${secret.name}`),
					),
					(name) => attachOf(name).join(),
				).flatMap((names) =>
					giving(names, fixes.sync(names, attachOf(names[0]))),
				),
			}),
		);
	const [first] = gone;
	if (first !== undefined)
		found.push(
			finding("copies", "note", {
				about: { cause: "namespace-gone", ref },
				namespaces: gone,
				look: fixes.forget(first),
			}),
		);
	return found;
}

function stateOf(
	{ secret }: SourceFacts,
	namespace: string,
	facts: Facts,
): State {
	if (obstacleIn(namespace, secret, facts) !== undefined) return "copy-blocked";
	const current = facts.secrets.get(`${namespace}/${secret.name}`)?.key;
	if (current === undefined) return "copy-missing";
	return current.content.canonical === secret.content.canonical
		? "good"
		: "copy-drifted";
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
			of.startsWith(`${facts.sourceNamespace}/`) &&
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
