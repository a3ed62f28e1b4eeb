import type {
	Facts,
	SecretFacts,
	SourceFacts,
} from "../../core/check/facts.ts";
import { pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import { PULL_SECRET_DATA } from "../../core/kubelet/secret-entries.ts";
import { changedOf, timeOf } from "../../core/object-times.ts";
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
import { inParallel } from "../in-parallel.ts";
import { placeMeant, type SourceChoice, whyNoSource } from "./find-source.ts";
import { type Reading, readPullSecret, readWholeSecrets } from "./read-keys.ts";

/** What is called a source in the namespace that is meant and is not going, sorted: all, or the one that is named. Throws what the cluster throws. */
export async function stayingSources(
	at: Reading,
	choice: SourceChoice,
): Promise<PullSecret[]> {
	const place = placeMeant(choice, at.cluster);
	const found =
		choice.name === undefined
			? await readWholeSecrets(at, place.namespace)
			: [await readPullSecret(at, place)];
	return found
		.filter((one) => one !== undefined)
		.filter((secret) => isSourceLike(secret) && !secret.terminating)
		.sort((a, b) => compare(a.name, b.name));
}

/**
 * What is judged of the sources that are meant, among those of `found`; undefined: nobody knows whether there are any.
 * Policies are read only of one that notes some, as few may read any; `attempt` says what becomes of an error.
 */
export async function readSourceFacts(
	at: Reading,
	found: readonly PullSecret[] | undefined,
	choice: SourceChoice,
	attempt: <T>(reading: Promise<T>) => Promise<T | undefined>,
): Promise<
	Pick<
		Facts,
		"sourceNamespace" | "only" | "sources" | "sourceProblem" | "withoutSource"
	>
> {
	const place = placeMeant(choice, at.cluster);
	const sources = await inParallel(
		found ?? [],
		async (secret): Promise<SourceFacts> => ({
			secret,
			...recordReadingIn(secret),
			fixes: new Fixes({ ...placeOf(secret), exists: true, source: secret }),
			policies: isByPolicy(secret)
				? await attempt(policiesOf(secret, at.cluster))
				: undefined,
		}),
	);
	return {
		sourceNamespace: place.namespace,
		only: choice.name,
		sources,
		sourceProblem:
			found?.length === 0 ? await whyNoSource(at, choice) : undefined,
		withoutSource: sources[0]?.fixes ?? new Fixes({ ...place, exists: false }),
	};
}

async function policiesOf(source: PullSecret, cluster: Cluster) {
	try {
		return await readPolicies(cluster, source);
	} catch (error) {
		if (isFailure(error, "policy-unsupported")) return "unsupported";
		throw error;
	}
}

/** What is made of a pull Secret as it is read. */
export function secretReading(
	reader: ContentReader,
): (secret: Secret) => SecretFacts {
	return (secret) => {
		const key = reader.listed(secret);
		const older = secret.data?.[PULL_SECRET_DATA["kubernetes.io/dockercfg"]];
		const isTooMuch =
			key.content.unread ||
			(older !== undefined && !reader.keeps(key.namespace, older.length));
		const created = timeOf(secret.metadata.creationTimestamp);
		return {
			...placeOf(key),
			source: pullSourceOf(isTooMuch ? { ...secret, data: {} } : secret),
			created,
			changed: changedOf(secret.metadata, "f:data") ?? created,
			key,
		};
	};
}
