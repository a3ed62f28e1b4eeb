import {
	type PolicyFacts,
	policyFacts,
	type SecretFacts,
	type SourceFacts,
	secretFacts,
} from "../../core/check/facts.ts";
import { pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import { PULL_SECRET_DATA } from "../../core/kubelet/secret-entries.ts";
import type { Secret } from "../../core/objects.ts";
import { compare } from "../../core/order.ts";
import { isFailure } from "../../core/output/failure.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import {
	type ContentReader,
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordReadingIn } from "../../core/pull-secrets/record.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import type { Cluster } from "../../world.ts";
import { readPolicies } from "../accounts/policies.ts";
import { placeMeant, type SourceChoice } from "./find-source.ts";
import { readPullSecret, readWholeSecrets } from "./read-keys.ts";

/** What is called a source in the namespace that is meant and is not going, sorted: all, or the one that is named. Throws what the cluster throws. */
export async function stayingSources(
	cluster: Cluster,
	reader: ContentReader,
	choice: SourceChoice,
): Promise<PullSecret[]> {
	const place = placeMeant(choice, cluster);
	const found =
		choice.name === undefined
			? await readWholeSecrets(cluster, reader, place.namespace)
			: [await readPullSecret(cluster, reader, place)];
	return found
		.filter((one) => one !== undefined)
		.filter((secret) => isSourceLike(secret) && !secret.terminating)
		.sort((a, b) => compare(a.name, b.name));
}

/** What is judged of a source. Its policies are read only where it notes some, as few may read any; `attempt` says what becomes of an error. */
export async function sourceFacts(
	secret: PullSecret,
	cluster: Cluster,
	attempt: (reading: Promise<PolicyFacts>) => Promise<PolicyFacts | undefined>,
): Promise<SourceFacts> {
	return {
		secret,
		...recordReadingIn(secret),
		fixes: new Fixes({ ...placeOf(secret), exists: true, source: secret }),
		policies: isByPolicy(secret)
			? await attempt(policiesOf(secret, cluster))
			: undefined,
	};
}

async function policiesOf(
	source: PullSecret,
	cluster: Cluster,
): Promise<PolicyFacts> {
	try {
		return policyFacts(await readPolicies(cluster, source));
	} catch (error) {
		if (isFailure(error, "policy-unsupported")) return policyFacts(undefined);
		throw error;
	}
}

/** What is made of a pull Secret as it is read; one string for all Secrets that say the same. */
export function secretReading(
	reader: ContentReader,
): (secret: Secret) => SecretFacts {
	const texts = new Map<string, string>();
	return (secret) => {
		const key = reader.listed(secret);
		const older = secret.data?.[PULL_SECRET_DATA["kubernetes.io/dockercfg"]];
		const isTooMuch =
			key.content.unread ||
			(older !== undefined && !reader.keeps(key.namespace, older.length));
		const source = pullSourceOf(isTooMuch ? { ...secret, data: {} } : secret);
		const { data = "" } = source;
		texts.set(data, texts.get(data) ?? data);
		return secretFacts(
			secret.metadata,
			{ ...source, data: texts.get(data) },
			key,
		);
	};
}
