import { groupsBy } from "../groups.ts";
import { kubectl, objectName, objectNames } from "../output/shell.ts";
import { sourceRef } from "../pull-secrets/pull-secret.ts";
import type { Steps } from "../steps.ts";
import {
	type AccountFacts,
	type Facts,
	fixesFor,
	isEnding,
	isUnread,
	type PodFacts,
	type SourceFacts,
} from "./facts.ts";
import { type Finding, finding, unique, workloadsOf } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";

/**
 * Service accounts: what they reference is there, those whose pods need a pull secret reference it, and what
 * attach added still is. `told`: places of Secrets that pods are told to lack. Yields after each account and each image of a pod.
 */
export function* checkAccounts(
	keyrings: Keyrings,
	told: ReadonlySet<string>,
): Steps<Finding[]> {
	const { facts } = keyrings;
	const lost = yield* lostAttachments(keyrings);
	const missing = yield* missingNames(keyrings);
	const findings = [
		...lost,
		...(yield* unattached(keyrings, lost)),
		...dangling(
			missing.filter(
				({ account: { namespace }, name }) =>
					!told.has(`${namespace}/${name}`) &&
					// A copy that is missing is told as such.
					!isServed(name, namespace, keyrings),
			),
		),
		...enforced(facts),
	];
	const notes = [...goneAccounts(keyrings), ...providers(facts)];
	if (
		isUnread(facts, "serviceaccounts") ||
		isUnread(facts, "secret-names") ||
		findings.length + missing.length > 0
	)
		return [...findings, ...notes];
	return [
		finding("service accounts", "ok", {
			about: { cause: "accounts", count: facts.accounts.length },
		}),
		...notes,
	];
}

/**
 * Accounts that lack what was attached: something took it out, such as a manifest that is applied again; or
 * the record attaches it, and the account was made since.
 */
function* lostAttachments(keyrings: Keyrings): Steps<Finding[]> {
	const { facts } = keyrings;
	const byPlace = Map.groupBy(
		facts.pods,
		({ namespace, account }) => `${namespace}/${account}`,
	);
	const lost: {
		readonly account: AccountFacts;
		readonly name: string;
		readonly taken: boolean;
		readonly served: boolean;
	}[] = [];
	for (const account of facts.accounts) {
		const { namespace, attached, secrets } = account;
		const pods = byPlace.get(`${namespace}/${account.name}`) ?? [];
		const recorded = yield* recordedFor(account, pods, keyrings);
		for (const name of new Set([...attached, ...recorded])) {
			if (secrets.has(name)) continue;
			const served = isServed(name, namespace, keyrings);
			// What brings a copy that is missing does not attach it again.
			if (served || facts.secrets.has(`${namespace}/${name}`))
				lost.push({ account, name, taken: attached.has(name), served });
		}
		yield;
	}
	return groupsBy(
		lost,
		({ name, taken, served }) => `${name} ${taken} ${served}`,
	).flatMap((group) =>
		byAccounts(group.map(({ account }) => account)).map(
			([accounts, namespaces]) => {
				const [{ name: secret, taken, served }] = group;
				return finding("service accounts", "warning", {
					about: { cause: "attachment-lost", accounts, secret, taken },
					namespaces,
					...attaching(secret, accounts, namespaces, served, facts),
				});
			},
		),
	);
}

/** Whether a record sends a source of this name to a namespace, or one is there. */
function isServed(
	name: string,
	namespace: string,
	keyrings: Keyrings,
): boolean {
	return keyrings.facts.sources.some(
		(source) =>
			source.secret.name === name && keyrings.isServed(source, namespace),
	);
}

/** What attaches accounts: run by `--fix` in what a record serves; elsewhere nothing is run for what the namespace says. */
function attaching(
	secret: string,
	accounts: readonly string[],
	namespaces: readonly string[],
	served: boolean,
	facts: Facts,
): Partial<Pick<Finding, "fix" | "look">> {
	const script = fixesFor(facts, secret).attach(namespaces, accounts, secret);
	return served ? { fix: script } : { look: script };
}

/** The pull secrets that records attach to an account, but those that its `pods` are told to lack. */
function* recordedFor(
	{ namespace, name }: AccountFacts,
	pods: readonly PodFacts[],
	keyrings: Keyrings,
): Steps<string[]> {
	const recorded = keyrings.facts.sources.filter((source) => {
		const attach = keyrings.attachedIn(source, namespace) ?? [];
		return attach.includes("*") || attach.includes(name);
	});
	if (recorded.length === 0) return [];
	const told = new Set<SourceFacts | undefined>();
	for (const pod of pods.filter((one) => !keyrings.hasOwnList(one)))
		for (const { image } of pod.waiting) {
			if (!keyrings.has(pod, image))
				told.add(keyrings.sourceFor(namespace, image));
			yield;
		}
	return recorded
		.filter((source) => !told.has(source))
		.map(({ secret }) => secret.name);
}

/** Accounts whose running pods use an image that a Secret beside them would match, and that do not reference it. */
function* unattached(
	keyrings: Keyrings,
	lost: readonly Finding[],
): Steps<Finding[]> {
	const { facts } = keyrings;
	const names = unique(facts.sources.map(({ secret }) => secret.name));
	const told = new Set(
		lost.flatMap(({ about, namespaces }) =>
			about.cause === "attachment-lost"
				? about.accounts.flatMap((account) =>
						namespaces.map((namespace) => `${namespace}/${account}`),
					)
				: [],
		),
	);
	const lacking: { pod: PodFacts; secret: string; served: boolean }[] = [];
	for (const pod of facts.pods) {
		const { namespace } = pod;
		if (pod.waiting.length > 0 || pod.isMirror || keyrings.hasOwnList(pod))
			continue;
		if (keyrings.isAccountGone(pod)) continue;
		if (told.has(`${namespace}/${pod.account}`)) continue;
		let secret: string | undefined;
		for (const image of pod.started) {
			if (!keyrings.has(pod, image))
				secret = names.find((name) =>
					keyrings.matchesAlone(`${namespace}/${name}`, image),
				);
			if (secret !== undefined) break;
			yield;
		}
		if (
			secret !== undefined &&
			!keyrings.accountSecrets(pod).has(secret) &&
			!keyrings.getsByPolicy(pod, secret)
		)
			lacking.push({
				pod,
				secret,
				served: isServed(secret, namespace, keyrings),
			});
	}
	return groupsBy(
		lacking,
		({ pod, secret, served }) => `${secret} ${pod.account} ${served}`,
	).map((group) => {
		const pods = group.map(({ pod }) => pod);
		const [{ secret, pod, served }] = group;
		const accounts = [pod.account];
		const namespaces = unique(pods.map(({ namespace }) => namespace));
		return finding("service accounts", "warning", {
			about: {
				cause: "account-lacks-secret",
				accounts,
				secret,
				pods: pods.length,
			},
			namespaces,
			workloads: workloadsOf(group),
			...attaching(secret, accounts, namespaces, served, facts),
		});
	});
}

/** The names on accounts' lists that are no Secrets. */
function* missingNames(keyrings: Keyrings): Steps<MissingName[]> {
	const { facts } = keyrings;
	const missing: MissingName[] = [];
	for (const account of facts.accounts) {
		const { namespace, secrets } = account;
		const served = facts.sources.some((source) =>
			keyrings.isServed(source, namespace),
		);
		for (const name of secrets)
			if (!keyrings.isThere(`${namespace}/${name}`))
				missing.push({ account, name, served });
		yield;
	}
	return missing;
}

interface MissingName {
	readonly account: AccountFacts;
	readonly name: string;
	/** A record serves its namespace. */
	readonly served: boolean;
}

/**
 * Names that nothing else tells of: each wherever it stands, and those that the same accounts reference, once. A
 * problem in a namespace that a record serves. Elsewhere whoever may write the account decides what it says, also of
 * what attach added, and a kubelet passes over such a name: it changes no exit status.
 */
function dangling(gone: readonly MissingName[]): Finding[] {
	const places = groupsBy(gone, ({ served, name }) => `${served} ${name}`).map(
		(group) => ({
			...group[0],
			namespaces: unique(group.map(({ account }) => account.namespace)),
			accounts: unique(group.map(({ account }) => account.name)),
		}),
	);
	return groupsBy(places, ({ served, namespaces, accounts }) =>
		JSON.stringify([served, namespaces, accounts]),
	).map((alike) => {
		const [{ served, account, namespaces, accounts }] = alike;
		const secrets = alike.map(({ name }) => name);
		return finding("service accounts", served ? "problem" : "note", {
			about: { cause: "dangling", accounts, secrets },
			namespaces,
			look: kubectl(
				"edit",
				"serviceaccount",
				objectName(account.name),
				"-n",
				objectName(account.namespace),
			),
		});
	});
}

/**
 * Accounts whose pods may use no pull Secret but those that it references: a pod that names another
 * runs until it is made again, and is refused then.
 */
function enforced({ accounts, pods }: Facts): Finding[] {
	return accounts
		.filter(({ enforcesSecrets }) => enforcesSecrets)
		.flatMap((account) => {
			const { namespace, name } = account;
			const own = pods.filter(
				(pod) => pod.namespace === namespace && pod.account === name,
			);
			const secrets = unique(own.flatMap((pod) => pod.secrets)).filter(
				(secret) => !account.secrets.has(secret),
			);
			if (secrets.length === 0) return [];
			return finding("service accounts", "warning", {
				about: { cause: "secrets-enforced", accounts: [name], secrets },
				namespaces: [namespace],
				workloads: workloadsOf(own.map((pod) => ({ pod }))),
			});
		});
}

/** Accounts that a record names in a namespace that it names, and that are not there. */
function goneAccounts(keyrings: Keyrings): Finding[] {
	const { facts } = keyrings;
	if (isUnread(facts, "serviceaccounts")) return [];
	return facts.sources.flatMap((source) => {
		const { secret, record, fixes } = source;
		const gone = [...(record?.names ?? [])]
			.filter(([namespace]) => facts.scope?.includes(namespace) ?? true)
			.filter(([namespace]) => !isEnding(facts, namespace))
			.filter(([namespace]) => keyrings.isServed(source, namespace))
			// All that there are need not be any.
			.filter(([, { attach }]) => !attach.includes("*"))
			.flatMap(([namespace, { attach }]) =>
				attach.map((name) => ({ namespace, name })),
			)
			.filter((account) => !keyrings.hasAccount(account));
		return byAccounts(gone).map(([accounts, namespaces]) =>
			finding("service accounts", "note", {
				about: { cause: "account-gone", accounts, ref: sourceRef(secret) },
				namespaces,
				look: fixes.accounts("detach", accounts, [
					"-n",
					objectNames(namespaces),
				]),
			}),
		);
	});
}

/** Accounts for which nodes may have credentials that cannot be seen from here. */
function providers({ accounts }: Facts): Finding[] {
	const annotated = accounts.filter(({ provider }) => provider !== undefined);
	return [...Map.groupBy(annotated, ({ provider }) => provider ?? "")].map(
		([provider, group]) =>
			finding("service accounts", "note", {
				about: {
					cause: "credential-provider",
					accounts: unique(group.map(({ name }) => name)),
					provider,
				},
				namespaces: unique(group.map(({ namespace }) => namespace)),
			}),
	);
}

/** The names of accounts, with the namespaces where they are these; `name` undefined: one that is none. */
export function byAccounts(
	accounts: readonly {
		readonly namespace: string;
		readonly name: string | undefined;
	}[],
): [names: string[], namespaces: string[]][] {
	const byPlace = groupsBy(accounts, ({ namespace }) => namespace);
	const places = byPlace.map((here) => ({
		namespace: here[0].namespace,
		names: unique(here.flatMap(({ name }) => name ?? [])),
	}));
	return groupsBy(places, ({ names }) => names.join(",")).map((alike) => [
		alike[0].names,
		unique(alike.map(({ namespace }) => namespace)),
	]);
}
