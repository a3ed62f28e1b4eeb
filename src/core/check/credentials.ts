import type { SourceFailure } from "../output/failure.ts";
import { sequence } from "../output/shell.ts";
import { someOf } from "../output/some-of.ts";
import {
	contentFault,
	describeContentFault,
	describeEntryProblem,
	type EntryProblem,
	entryProblems,
} from "../pull-secrets/content-fault.ts";
import { argumentFor } from "../pull-secrets/entry-naming.ts";
import { expiriesOf, expiryWarning } from "../pull-secrets/expiry.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import {
	type PullSecret,
	registriesOf,
	sourceRef,
} from "../pull-secrets/pull-secret.ts";
import { isSourceLike } from "../pull-secrets/source.ts";
import { displayHost } from "../registry/server.ts";
import type { Facts } from "./facts.ts";
import { type Finding, finding, formatNamespaces } from "./finding.ts";

/** Sources, and keys that a mesh or a person made: is there one, and can a kubelet use what it holds? */
export function checkCredentials(
	facts: Facts,
	mending: Fixes,
	now: number,
): Finding[] {
	const { source } = facts;
	const inScope = facts.keys.filter((key) => {
		return isSourceLike(key);
	});
	// The source itself may be outside of the namespaces that are checked.
	const keys = inScope.some(({ uid }) => uid === source?.uid)
		? inScope
		: [...(source ? [source] : []), ...inScope];
	const missing =
		facts.sourceProblem === undefined
			? []
			: [
					finding(
						"credentials",
						"problem",
						sourceProblemMessage(facts.sourceProblem),
						{
							hint: "Pull secrets are copied from a source.",
							// Where nobody may look there may be one.
							fix:
								facts.sourceProblem.cause === "source-missing" &&
								facts.sourceProblem.elsewhere !== "hidden"
									? mending.createSource()
									: undefined,
							cause: "no-source",
						},
					),
				];
	return [
		...missing,
		...keys.flatMap((key) => [
			...checkKey(key, facts, mending),
			...checkExpiry(key, facts, mending, now),
		]),
	];
}

function sourceProblemMessage(problem: SourceFailure): string {
	switch (problem.cause) {
		case "source-missing": {
			const none = `no source named "${problem.name}" in namespace "${problem.namespace}"`;
			if (problem.elsewhere === "hidden")
				return `${none}; not allowed to look for it elsewhere`;
			return problem.elsewhere.length === 0
				? none
				: `${none}; Secrets elsewhere that call themselves a source: ${someOf(problem.elsewhere)}`;
		}
		case "source-ambiguous":
			return `${problem.names.length} sources in namespace "${problem.namespace}": ${someOf(problem.names)}`;
		case "not-a-source":
			return `secret "${problem.name}" in namespace "${problem.namespace}" is no source`;
	}
}

function checkKey(key: PullSecret, facts: Facts, mending: Fixes): Finding[] {
	const ref = sourceRef(key);
	const namespaces = [key.namespace];
	const isSource = key.uid === facts.source?.uid;
	const written = registriesOf(key.content);
	const rotate = (name: string) =>
		isSource ? mending.rotate(argumentFor(name, written) ?? "") : undefined;
	const fault = contentFault(key.content);
	if (fault !== undefined) {
		const [host = ""] = hostsOf(key);
		const again = isSource && host !== "" ? mending.replace(host) : undefined;
		const malformed = fault.kind === "malformed" ? fault.keys : [];
		return [
			finding(
				"credentials",
				"problem",
				`${ref}: ${describeContentFault(fault)}`,
				{
					hint:
						malformed.length > 0
							? `Give ${malformed.map(displayHost).join(", ")} a new credential, or take it out; the other entries are good.`
							: "Write it again.",
					// Written again, it would be without the entries that are good.
					fix: malformed.length > 0 ? sequence(malformed.map(rotate)) : again,
					cause: fault.kind,
					namespaces,
				},
			),
		];
	}
	const problems = entryProblems(key.content);
	const found = problems.map((problem) =>
		finding(
			"credentials",
			problem.kind === "key" || problem.kind === "bad-characters"
				? "warning"
				: "problem",
			`${ref}: ${displayHost(problem.key)}: ${describeEntryProblem(problem)}`,
			{
				hint: hintOf(problem),
				fix: problem.kind === "key" ? undefined : rotate(problem.key),
				cause: problem.kind === "key" ? "never-matches" : problem.kind,
				namespaces,
			},
		),
	);
	return [
		...found,
		...(found.every(({ status }) => status !== "problem")
			? [
					finding(
						"credentials",
						"ok",
						`${ref} is well-formed, for ${formatNamespaces(hostsOf(key))}`,
						{ namespaces },
					),
				]
			: []),
	];
}

function hintOf(problem: EntryProblem): string {
	switch (problem.kind) {
		case "auth-differs":
			return "Kubelets and podman read auth, docker may read the others.";
		case "key":
			return problem.because === "single-word"
				? "A kubelet reads a host without a dot or a port as a directory of Docker Hub."
				: "";
		case "bad-characters":
			return "Registries reject such a password; it was most likely saved with a line end or in another encoding.";
		default:
			return "";
	}
}

/** What has expired, or will within a day, as far as that is known. */
function checkExpiry(
	key: PullSecret,
	facts: Facts,
	mending: Fixes,
	now: number,
): Finding[] {
	return expiriesOf(key.content, key.annotations).flatMap((expiry) => {
		const warning = expiryWarning(expiry, now);
		if (warning === undefined) return [];
		const expired = expiry.at <= now;
		return finding(
			"credentials",
			expired ? "problem" : "warning",
			`${sourceRef(key)}: ${warning}`,
			{
				cause: expired ? "expired" : "expiring",
				namespaces: [key.namespace],
				fix:
					key.uid === facts.source?.uid
						? mending.rotate(
								argumentFor(expiry.key, registriesOf(key.content)) ?? "",
							)
						: undefined,
			},
		);
	});
}

/** The registries of a key, as people call them. */
export function hostsOf(key: PullSecret): string[] {
	return key.content.config.ok
		? [...key.content.config.auths.keys()].map(displayHost)
		: [];
}
