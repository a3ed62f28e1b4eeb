import type { PolicyFault, PolicyObject } from "../accounts/policy.ts";
import { groupsBy } from "../groups.ts";
import { kubectl, objectName } from "../output/shell.ts";
import { sourceRef } from "../pull-secrets/pull-secret.ts";
import { byAccounts } from "./accounts.ts";
import { heededSince, judgedPolicies, type SourceFacts } from "./facts.ts";
import { type Finding, finding, unique, workloadsOf } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";

/**
 * Admission policies that sources note: they are there and say what the record and the registries ask
 * for, the API server runs them, and no account makes it refuse what they add.
 */
export function checkPolicies(keyrings: Keyrings): Finding[] {
	return keyrings.facts.sources.flatMap((source) => {
		const { secret, policies } = source;
		if (policies === undefined) return [];
		const ref = sourceRef(secret);
		if (policies === "unsupported")
			return [
				finding("service accounts", "problem", {
					about: { cause: "policy-unsupported", ref },
				}),
			];
		// A record that cannot be read is told with the copies.
		const judged = judgedPolicies(source);
		if (judged === undefined) return [];
		const { faults, needed } = judged;
		const findings = [
			...faultFindings(faults, needed ? "attach" : "detach", source),
			...refusing(source, keyrings),
			...(faults.length === 0 ? withoutEffect(source, keyrings) : []),
		];
		return findings.length > 0
			? findings
			: [
					finding("service accounts", "ok", {
						about: { cause: "policies", ref },
					}),
				];
	});
}

const CAUSES = {
	create: "policy-missing",
	update: "policy-edited",
	leave: "policy-of-another",
	delete: "policy-surplus",
} as const;

function faultFindings(
	faults: readonly PolicyFault[],
	verb: "attach" | "detach",
	{ secret, fixes }: SourceFacts,
): Finding[] {
	// attach --by-policy writes nothing at all while somebody else's is in the way.
	const isBlocked = faults.some(({ action }) => action === "leave");
	return groupsBy(faults, ({ action }) => action).map((group) => {
		const [{ action, object }] = group;
		const [kind, name] = kindAndName(object);
		const severity = action === "delete" ? "warning" : "problem";
		return finding("service accounts", severity, {
			about: {
				cause: CAUSES[action],
				ref: sourceRef(secret),
				names: group.map((fault) => kindAndName(fault.object).join("/")),
			},
			fix: isBlocked ? undefined : fixes.byPolicy(verb),
			look:
				action === "leave"
					? kubectl("get", kind, objectName(name), "-o", "yaml")
					: undefined,
		});
	});
}

/** As kubectl takes them. */
function kindAndName({ kind, metadata }: PolicyObject): [string, string] {
	return [kind.toLowerCase(), metadata.name ?? ""];
}

/** Accounts that let pods use only what they reference themselves, of namespaces that are served. */
function refusing(source: SourceFacts, keyrings: Keyrings): Finding[] {
	const { name } = source.secret;
	const accounts = keyrings.facts.accounts.filter(
		(account) =>
			account.enforcesSecrets &&
			!account.secrets.has(name) &&
			keyrings.isSent(source, account.namespace),
	);
	return byAccounts(accounts).map(([names, namespaces]) =>
		finding("service accounts", "problem", {
			about: { cause: "policy-refuses", accounts: names, secret: name },
			namespaces,
			fix: source.fixes.attach(namespaces, names),
		}),
	);
}

/**
 * Pods that the policies mean, and that were made without the pull secret long after those were written.
 * Where a namespace joined a rule since, its older pods are none, so the newest pod there decides.
 */
function withoutEffect(source: SourceFacts, keyrings: Keyrings): Finding[] {
	const { name } = source.secret;
	const since = heededSince(source);
	const meant = keyrings.facts.pods.filter(
		(pod) =>
			!pod.isMirror &&
			pod.created !== undefined &&
			pod.created >= since &&
			keyrings.isSent(source, pod.namespace) &&
			pod.images.some((image) => keyrings.isSourceFor(source, image)),
	);
	const pods = groupsBy(meant, ({ namespace }) => namespace).flatMap((here) => {
		const newest = here.reduce((a, b) =>
			(b.created ?? 0) > (a.created ?? 0) ? b : a,
		);
		return newest.secrets.includes(name)
			? []
			: here.filter(({ secrets }) => !secrets.includes(name));
	});
	return pods.length === 0
		? []
		: [
				finding("service accounts", "warning", {
					about: {
						cause: "policy-without-effect",
						ref: sourceRef(source.secret),
						pods: pods.length,
					},
					namespaces: unique(pods.map(({ namespace }) => namespace)),
					workloads: workloadsOf(pods.map((pod) => ({ pod }))),
				}),
			];
}
