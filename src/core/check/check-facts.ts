import { isForbidden } from "../../errors.ts";
import { groupsBy, partition } from "../groups.ts";
import { compare } from "../order.ts";
import type { Steps } from "../steps.ts";
import { checkAccounts } from "./accounts.ts";
import { checkCopies } from "./copies.ts";
import { checkCredentials } from "./credentials.ts";
import {
	type Access,
	type Facts,
	isEnding,
	isUnread,
	READABLES,
	type Readable,
	type Unread,
} from "./facts.ts";
import { type Finding, finding, GROUPS } from "./finding.ts";
import { Keyrings } from "./keyrings.ts";
import { checkPermissions } from "./permissions.ts";
import { checkPods } from "./pods.ts";
import { checkPolicies } from "./policies.ts";

/**
 * Everything that facts tell, by group; `denied` is what this user may not do. It yields after each
 * image of a pod: how many there are, others decide.
 */
export function* checkFacts(
	all: Facts,
	denied: readonly Access[],
): Steps<Finding[]> {
	const facts = withoutEnding(all);
	const { seen, blind } = bySight(facts);
	const keyrings = seen && new Keyrings(seen);
	const judged = [
		...(keyrings ? yield* checkPods(keyrings) : []),
		...(blind ? yield* checkPods(new Keyrings(blind)) : []),
	];
	// That all is well in some of the namespaces is not said of all.
	const pods =
		seen && blind ? judged.filter(({ severity }) => severity !== "ok") : judged;
	const told = secretsToldBy(pods);
	const outOfReach = facts.unread.filter((one) => isOutOfReach(one, facts));
	const absent = facts.unread.filter(({ what }) => what === "namespace");
	const found = [
		...unreadFindings(facts.unread.filter((one) => !outOfReach.includes(one))),
		...checkCredentials(facts),
		...(keyrings
			? [
					...checkCopies(keyrings, told),
					...(yield* checkAccounts(keyrings, told)),
					...checkPolicies(keyrings),
				]
			: []),
		checkPermissions(
			denied,
			[...new Set(outOfReach.map(({ what }) => what))],
			facts.scope,
		),
		...pods,
	];
	// Of namespaces that do not exist, all of them, nothing is as it should be.
	const nowhere = absent.length > 0 && absent.length === facts.scope?.length;
	return inGroups(
		found.filter(
			({ severity, group }) =>
				!(nowhere && severity === "ok" && group !== "credentials"),
		),
	);
}

/** What is in a namespace that is being deleted goes with it: nothing is made or changed there. */
function withoutEnding(facts: Facts): Facts {
	const stays = ({ namespace }: { readonly namespace: string }) =>
		!isEnding(facts, namespace);
	return {
		...facts,
		secrets: new Map([...facts.secrets].filter(([, one]) => stays(one))),
		accounts: facts.accounts.filter(stays),
		pods: facts.pods.filter(stays),
	};
}

/**
 * The facts of where Secrets could be read, and of the rest of the namespaces that are named: without Secrets,
 * everything would seem to be missing.
 */
function bySight(facts: Facts): { seen?: Facts; blind?: Facts } {
	if (!isUnread(facts, "secrets")) return { seen: facts };
	const blind = new Set(
		facts.unread.flatMap(({ what, namespace }) =>
			what === "secrets" ? namespace : [],
		),
	);
	const [hidden, open] = partition(facts.scope ?? [], (name) =>
		blind.has(name),
	);
	if (open.length === 0) return { blind: facts };
	const within = (scope: readonly string[]): Facts => {
		const isIn = (one: { namespace: string }) => scope.includes(one.namespace);
		return {
			...facts,
			scope,
			accounts: facts.accounts.filter(isIn),
			pods: facts.pods.filter(isIn),
		};
	};
	// What else could not be read there must not make it seem that nothing is amiss.
	const unread = facts.unread.filter(
		({ what, namespace }) =>
			!(
				blind.has(namespace) &&
				(what === "secrets" || what === "secret-names")
			),
	);
	return { seen: { ...within(open), unread }, blind: within(hidden) };
}

/**
 * Not allowed, and not what was asked about: of the cluster where namespaces are named, and of
 * Nodes at all. It is said in one line, and judges nothing.
 */
function isOutOfReach({ what, error }: Unread, { scope }: Facts): boolean {
	return (
		isForbidden(error) &&
		(what === "nodes" || (scope !== undefined && OF_THE_CLUSTER.has(what)))
	);
}

const OF_THE_CLUSTER: ReadonlySet<Readable> = new Set([
	"source",
	"namespaces",
	"policies",
]);

/** The same answer to several requests is told once; which namespace does not exist, its own answer says. */
function unreadFindings(unread: readonly Unread[]): Finding[] {
	const order = Object.keys(READABLES);
	const sorted = unread.toSorted(
		(a, b) =>
			order.indexOf(a.what) - order.indexOf(b.what) ||
			compare(a.namespace, b.namespace),
	);
	return groupsBy(sorted, ({ what, namespace }) =>
		what === "namespace" ? `${what} ${namespace}` : what,
	).map((group) => {
		const [{ what, error }] = group;
		return finding(READABLES[what], "problem", {
			about: {
				cause: "unreadable",
				what,
				error,
				narrower:
					isForbidden(error) && group.some(({ namespace }) => namespace === ""),
			},
			namespaces: [...new Set(group.map(({ namespace }) => namespace))].filter(
				(namespace) => namespace !== "",
			),
		});
	});
}

/** The Secrets, as NAMESPACE/NAME, that pods are told to lack: one cause is told once, where its pods are. */
function secretsToldBy(findings: readonly Finding[]): ReadonlySet<string> {
	return new Set(
		findings.flatMap(({ about, namespaces, fix, gives }) =>
			(about.cause === "no-secret" || about.cause === "secret-missing") &&
			// Of pods without a service account nothing is to be done before that is there.
			(fix || gives.length > 0 || about.blocked.length > 0)
				? namespaces.map(
						(namespace) => `${namespace}/${about.secret.split("/").at(-1)}`,
					)
				: [],
		),
	);
}

/** Sorted by group, otherwise in their order. */
export function inGroups(findings: readonly Finding[]): Finding[] {
	return findings.toSorted(
		(a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group),
	);
}
