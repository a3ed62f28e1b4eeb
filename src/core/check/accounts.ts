import { kubectl, objectName, script } from "../output/shell.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import type { AccountFacts, Facts, PodFacts } from "./facts.ts";
import { counted, type Finding, finding, formatNamespaces } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";

/** Service accounts: those whose pods need the key name it, and what they name is there. */
export function checkAccounts(keyrings: Keyrings, mending: Fixes): Finding[] {
	const { facts } = keyrings;
	const findings = [
		...unattached(keyrings, mending),
		...dangling(facts, mending),
	];
	if (facts.unread.some(({ what }) => what === "service accounts"))
		return findings;
	return findings.length > 0
		? findings
		: [
				finding(
					"service accounts",
					"ok",
					`${counted(facts.accounts.length, "service account")}: all that they name is there`,
				),
			];
}

/** Accounts whose pods use an image that the copy beside them would match, and do not name it. */
function unattached(keyrings: Keyrings, mending: Fixes): Finding[] {
	const key = mending.name;
	const lacking = keyrings.facts.pods.filter(
		(pod) =>
			!pod.secrets.includes(key) &&
			!keyrings.hasOwnList(pod) &&
			!keyrings.accountSecrets(pod).includes(key) &&
			needs(pod, key, keyrings),
	);
	return [...Map.groupBy(lacking, ({ account }) => account)].flatMap(
		([account, pods]) => {
			const failing = pods.some(({ waiting }) => waiting.length > 0);
			const namespaces = [
				...new Set(pods.map(({ namespace }) => namespace)),
			].sort();
			return finding(
				"service accounts",
				failing ? "problem" : "warning",
				`${account} in ${formatNamespaces(namespaces)} does not name ${key}, which ${counted(pods.length, "pod")} would need`,
				{
					cause: "account-lacks-key",
					namespaces,
					pods: pods.length,
					hint: failing
						? "Pods that are there keep the list that they were made with."
						: "These pods run, with images that are public or were on the node already.",
					fix: mending.attach(namespaces, [account], key),
				},
			);
		},
	);
}

function needs(pod: PodFacts, key: string, keyrings: Keyrings): boolean {
	return pod.images.some(
		(image) =>
			!keyrings.has({ pod, image }) &&
			keyrings
				.wouldMatch(pod.namespace, image)
				.some(({ source }) => source.from === `${pod.namespace}/${key}`),
	);
}

/** Names on accounts' lists that are no Secrets. */
function dangling(facts: Facts, mending: Fixes): Finding[] {
	const gone = facts.accounts.flatMap((account) =>
		account.secrets
			.filter((name) => !isThere(facts, account, name))
			.map((name) => ({ account, name })),
	);
	return [...Map.groupBy(gone, ({ name }) => name)].map(([name, group]) => {
		const namespaces = [
			...new Set(group.map(({ account }) => account.namespace)),
		].sort();
		const accounts = [...new Set(group.map(({ account }) => account.name))];
		const ours = name === mending.name;
		return finding(
			"service accounts",
			"problem",
			`${formatNamespaces(accounts)} in ${formatNamespaces(namespaces)} ${group.length === 1 ? "names" : "name"} ${name}, which is not there`,
			{
				cause: "dangling",
				namespaces,
				hint: ours
					? ""
					: "Kubelets skip it with a warning. Create the Secret, or take the name out.",
				fix: ours && facts.source ? mending.sync(namespaces) : undefined,
				look: ours
					? undefined
					: script(
							kubectl(
								"edit",
								"serviceaccount",
								objectName(accounts[0] ?? ""),
								"-n",
								objectName(namespaces[0] ?? ""),
							),
						),
			},
		);
	});
}

function isThere(
	{ pullSecrets, otherSecrets }: Facts,
	{ namespace }: AccountFacts,
	name: string,
): boolean {
	const ref = `${namespace}/${name}`;
	return pullSecrets.has(ref) || otherSecrets.has(ref);
}
