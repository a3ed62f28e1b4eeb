import { type Finding, finding, GROUPS, type Group } from "./check.ts";
import { checkAccounts } from "./check-accounts.ts";
import { checkCopies } from "./check-copies.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkPods } from "./check-pods.ts";
import type { Facts } from "./facts.ts";
import type { Mending } from "./mending.ts";
import { Keyrings } from "./pull-diagnosis.ts";

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
	mending: Mending,
	now: number,
): Finding[] {
	const keyrings = new Keyrings(facts);
	const found = [
		...facts.unread.map(({ what, because }) =>
			finding(
				GROUP_OF[what] ?? "pods",
				"unknown",
				`cannot read ${what}: ${because}`,
				{
					cause: "unreadable",
				},
			),
		),
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

/** Sorted by group, otherwise in their order. */
export function inGroups(findings: readonly Finding[]): Finding[] {
	return findings.toSorted(
		(a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group),
	);
}
