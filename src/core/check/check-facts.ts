import type { Fixes } from "../pull-secrets/fixes.ts";
import { checkAccounts } from "./accounts.ts";
import { checkCopies } from "./copies.ts";
import { checkCredentials } from "./credentials.ts";
import type { Facts } from "./facts.ts";
import { type Finding, finding, GROUPS, type Group } from "./finding.ts";
import { Keyrings } from "./keyrings.ts";
import { checkPods } from "./pods.ts";

/** Where it is told that something could not be read. */
const GROUP_OF: Readonly<Record<string, Group>> = {
	Secrets: "credentials",
	"the source": "credentials",
	"sources of copies": "copies",
	"service accounts": "service accounts",
	"the names of Secrets": "service accounts",
};

/** Everything that facts alone can tell, by group; `now` in milliseconds since 1970. */
export function checkFacts(
	facts: Facts,
	mending: Fixes,
	now: number,
): Finding[] {
	const keyrings = new Keyrings(facts);
	const found = [
		...unreadFindings(facts),
		...checkCredentials(facts, mending, now),
		// Without Secrets, everything would seem to be missing.
		...(keyrings.blind
			? []
			: [
					...checkCopies(keyrings, mending),
					...checkAccounts(keyrings, mending),
				]),
		...checkPods(facts, keyrings, mending),
	];
	return inGroups(found);
}

/** The same answer to several requests is told once. */
function unreadFindings({ unread }: Facts): Finding[] {
	const told = new Map(
		unread.map(({ what, because }) => [`${what}: ${because}`, what]),
	);
	return [...told].map(([words, what]) =>
		finding(GROUP_OF[what] ?? "pods", "unknown", `cannot read ${words}`, {
			cause: "unreadable",
		}),
	);
}

/** Sorted by group, otherwise in their order. */
export function inGroups(findings: readonly Finding[]): Finding[] {
	return findings.toSorted(
		(a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group),
	);
}
