import { type AuthFields, credentialOf } from "../credentials/docker-config.ts";
import type { SourceFailure } from "../output/failure.ts";
import { someOf } from "../output/some-of.ts";
import {
	canMatch,
	contentFault,
	describeContentFault,
} from "../pull-secrets/content-fault.ts";
import { expiriesOf, expiryWarning } from "../pull-secrets/expiry.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import { type PullSecret, sourceRef } from "../pull-secrets/pull-secret.ts";
import { isSourceLike } from "../pull-secrets/source.ts";
import { displayHost } from "../registry/server.ts";
import { displayKey } from "../registry/url.ts";
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
	const [host = ""] = hostsOf(key);
	const again = isSource && host !== "" ? mending.replace(host) : undefined;
	const fault = contentFault(key.content);
	if (fault !== undefined)
		return [
			finding(
				"credentials",
				"problem",
				`${ref}: ${describeContentFault(fault)}`,
				{
					hint: "Write it again.",
					fix: again,
					cause: fault.kind,
					namespaces,
				},
			),
		];
	const auths = key.content.config.ok ? [...key.content.config.auths] : [];
	const torn = auths.filter(([, fields]) => disagrees(fields));
	const useless = auths.filter(([name]) => !canMatch(name));
	return [
		...torn.map(([name]) =>
			finding(
				"credentials",
				"problem",
				`${ref}: for ${displayKey(displayHost(name))}, auth differs from username and password`,
				{
					hint: "Kubelets and podman read auth, docker may read the others.",
					fix: isSource ? mending.rotate(displayHost(name)) : undefined,
					cause: "auth-differs",
					namespaces,
				},
			),
		),
		...useless.map(([name]) =>
			finding(
				"credentials",
				"warning",
				`${ref}: no image's name matches the key ${displayKey(name)}`,
				{
					hint: "A host has a dot or a port; without them, kubelets read it as a folder of Docker Hub.",
					cause: "never-matches",
					namespaces,
				},
			),
		),
		...(torn.length === 0
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
						? mending.rotate(displayHost(expiry.key))
						: undefined,
			},
		);
	});
}

/** The registries of a key, as people call them. */
export function hostsOf(key: PullSecret): string[] {
	return key.content.config.ok
		? [...key.content.config.auths.keys()].map(displayHost).map(displayKey)
		: [];
}

/** Whether `auth` says something else than the username or password beside it. */
function disagrees(fields: AuthFields): boolean {
	const { auth, username, password } = fields;
	if (typeof auth !== "string" || auth === "") return false;
	const said = credentialOf({ auth });
	return (
		said !== undefined &&
		((typeof username === "string" && username !== said.username) ||
			(typeof password === "string" && password !== said.reveal()))
	);
}
