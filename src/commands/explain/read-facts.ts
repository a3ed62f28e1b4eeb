import { inParallel } from "../../actions/in-parallel.ts";
import { allOf } from "../../actions/read/all-of.ts";
import {
	placeMeant,
	type SourceChoice,
} from "../../actions/read/find-source.ts";
import {
	readSourceFacts,
	secretReading,
	stayingSources,
} from "../../actions/read/pull-facts.ts";
import { reading } from "../../actions/read/read-keys.ts";
import { readNamespace } from "../../actions/read/read-namespaces.ts";
import type { Facts, SecretFacts } from "../../core/check/facts.ts";
import type { PullSource } from "../../core/kubelet/keyring.ts";
import {
	isPullSecretType,
	PULL_SECRET_DATA,
} from "../../core/kubelet/secret-entries.ts";
import type { Secret } from "../../core/objects.ts";
import { isObjectName } from "../../core/output/shell.ts";
import { unlessFailed, unlessForbidden, unlessNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { MOST_NAMED, type PullerSecrets } from "./read-pull-secrets.ts";

/**
 * What check judges, of one pod and its namespace. Who may not list Secrets is told by those that may be read by
 * name; a source that may not be seen may be there all the same. Throws what else the cluster throws.
 */
export async function readFacts(
	cluster: Cluster,
	choice: SourceChoice,
	{ pod, account, secrets: named }: PullerSecrets,
): Promise<Facts> {
	const { namespace } = pod;
	const at = reading(cluster);
	const place = placeMeant(choice, cluster);
	const sourcesOf = (one: SourceChoice) =>
		unlessForbidden(stayingSources(at, one));
	const [known, found] = await Promise.all([
		unlessFailed(readNamespace(cluster, namespace)),
		sourcesOf(choice).then(
			(all) => all ?? sourcesOf({ ...choice, name: place.name }),
		),
	]);
	const factsOf = secretReading(at.reader);
	const secrets = new Map<string, SecretFacts>();
	const otherSecrets = new Map<string, PullSource>();
	const keep = (secret: Secret): void => {
		const facts = factsOf(secret);
		const { from } = facts.source;
		if (isPullSecretType(secret.type ?? "")) secrets.set(from, facts);
		else otherSecrets.set(from, facts.source);
	};
	for (const { secret } of named) if (secret !== undefined) keep(secret);
	const isKept = (name: string) =>
		named.some((one) => one.name === name) ||
		secrets.has(`${namespace}/${name}`);
	const listed = await unlessForbidden(
		Promise.all(
			Object.keys(PULL_SECRET_DATA).map((type) =>
				allOf(
					cluster.pages("Secret", { namespace, fieldSelector: `type=${type}` }),
					(secret) => {
						if (!isKept(secret.metadata.name ?? "")) keep(secret);
						return [];
					},
				),
			),
		),
	);
	const names = new Set([
		place.name,
		...(found ?? []).map(({ name }) => name),
		...(listed === undefined ? (account?.secrets ?? []) : []),
	]);
	await inParallel(
		[...names]
			.filter((name) => isObjectName(name) && !isKept(name))
			.slice(0, MOST_NAMED),
		async (name) => {
			const reading = cluster.read("Secret", { namespace, name });
			const secret = await unlessForbidden(unlessNotFound<Secret>(reading));
			if (secret !== undefined) keep(secret);
		},
	);
	return {
		...(await readSourceFacts(at, found, choice, unlessFailed)),
		scope: [namespace],
		now: 0,
		secrets,
		otherSecrets,
		accounts: account === undefined ? [] : [account],
		pods: [pod],
		namespaces: new Map([[namespace, known ?? "unknown"]]),
		verifying: new Set(),
		unread: [],
	};
}
