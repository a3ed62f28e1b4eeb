import type { OtherSource } from "../../core/kubelet/near-miss.ts";
import {
	accountOf,
	type NamedSecret,
	namesOf,
	type Puller,
	podPuller,
	pullSourceOf,
} from "../../core/kubelet/pod-secrets.ts";
import { PULL_SECRET_DATA } from "../../core/kubelet/secret-entries.ts";
import type { Secret, ServiceAccount } from "../../core/objects.ts";
import { SOURCE_ANNOTATION } from "../../core/pull-secrets/ownership.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Whose pull Secrets, as the command line says. */
export type PullerRef =
	| { readonly namespace: string; readonly serviceAccount: string }
	| { readonly namespace: string; readonly pod: string };

/** Reads a pod or a service account and the Secrets that it names. Throws what the cluster throws; a Secret's 404 is an answer. */
export async function readPuller(
	cluster: Cluster,
	ref: PullerRef,
): Promise<{ puller: Puller; secrets: NamedSecret[] }> {
	const { namespace } = ref;
	if ("serviceAccount" in ref) {
		const name = ref.serviceAccount;
		const account = await saying(
			namespace,
			cluster.read("ServiceAccount", { namespace, name }),
		);
		return {
			puller: { kind: "serviceaccount", namespace, name },
			secrets: await readNamed(cluster, namespace, namesOf(account)),
		};
	}
	const pod = await saying(
		namespace,
		cluster.read("Pod", { namespace, name: ref.pod }),
	);
	const account = await unlessGone<ServiceAccount>(
		cluster.read("ServiceAccount", { namespace, name: accountOf(pod) }),
	);
	return {
		puller: podPuller(pod, account),
		secrets: await readNamed(cluster, namespace, namesOf(pod.spec)),
	};
}

/** The server's words for what is not there leave the namespace out, which may not have been given. */
async function saying<T>(namespace: string, read: Promise<T>): Promise<T> {
	try {
		return await read;
	} catch (error) {
		if (!(error instanceof ApiError) || error.status !== 404) throw error;
		const { status, reason, detail } = error;
		throw new ApiError(status, reason, `${detail} in namespace "${namespace}"`);
	}
}

async function readNamed(
	cluster: Cluster,
	namespace: string,
	names: readonly string[],
): Promise<NamedSecret[]> {
	return Promise.all(
		names.map(async (name) => {
			const secret = await unlessGone<Secret>(
				cluster.read("Secret", { namespace, name }),
			);
			return {
				name,
				source: secret && pullSourceOf(secret),
				isCopy: secret?.metadata.annotations?.[SOURCE_ANNOTATION] !== undefined,
			};
		}),
	);
}

/**
 * Secrets that the puller does not use, as far as the user may read them: all of its namespace
 * that hold credentials, and the pull secrets of every other.
 */
export async function readOtherSecrets(
	cluster: Cluster,
	namespace: string,
	managed: readonly string[],
	used: readonly string[],
): Promise<{ others: OtherSource[]; keys: Secret[] }> {
	const here = await Promise.all(
		Object.keys(PULL_SECRET_DATA).map((type) =>
			readable(cluster, { namespace, fieldSelector: `type=${type}` }),
		),
	);
	const found = await Promise.all(
		managed.map((labelSelector) => readable(cluster, { labelSelector })),
	);
	const keys = [
		...new Map(
			found.flat().map((secret) => [secret.metadata.uid, secret]),
		).values(),
	];
	const others = [
		...here
			.flat()
			.filter(({ metadata }) => !used.includes(metadata.name ?? ""))
			.map((secret) => ({
				...pullSourceOf(secret),
				where: "same-namespace" as const,
			})),
		...keys
			.filter(({ metadata }) => metadata.namespace !== namespace)
			.map((secret) => ({
				...pullSourceOf(secret),
				where: "other-namespace" as const,
			})),
	];
	return { others, keys };
}

async function readable(cluster: Cluster, query: ListQuery): Promise<Secret[]> {
	const secrets: Secret[] = [];
	try {
		for await (const page of cluster.pages("Secret", query))
			secrets.push(...page.items);
	} catch (error) {
		if (!(error instanceof ApiError && error.status === 403)) throw error;
	}
	return secrets;
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (error instanceof ApiError && error.status === 404) return undefined;
		throw error;
	}
}
