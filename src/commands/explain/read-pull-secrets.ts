import { inParallel } from "../../actions/in-parallel.ts";
import { allOf } from "../../actions/read/all-of.ts";
import {
	namespaceMissing,
	readNaming,
} from "../../actions/read/missing-namespace.ts";
import type { OtherSource } from "../../core/kubelet/near-miss.ts";
import { podImages } from "../../core/kubelet/pod-images.ts";
import {
	accountOf,
	type NamedSecret,
	namesOf,
	type Puller,
	podPuller,
	providerOf,
	pullSourceOf,
} from "../../core/kubelet/pod-secrets.ts";
import {
	isPullSecretType,
	PULL_SECRET_DATA,
} from "../../core/kubelet/secret-entries.ts";
import type { Pod, Secret, ServiceAccount } from "../../core/objects.ts";
import { FailureError } from "../../core/output/failure.ts";
import { isObjectName } from "../../core/output/shell.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { unlessForbidden, unlessNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { ExplainOptions } from "./command.ts";
import { type Workload, workloadsOf } from "./workload-operand.ts";

/** Reads a pod or a service account and the Secrets that it names. Throws what the cluster throws; a Secret's 404 is an answer. */
export async function readPuller(
	cluster: Cluster,
	namespace: string,
	ref: Pick<ExplainOptions, "pod" | "serviceAccount">,
): Promise<{ puller: Puller; secrets: NamedSecret[] }> {
	if (ref.pod === undefined) {
		const place = { namespace, name: ref.serviceAccount };
		const account = await readNaming("ServiceAccount", place, cluster);
		const provider = providerOf(account);
		return {
			puller: { kind: "serviceaccount", ...place, provider },
			secrets: await readNamed(cluster, namespace, namesOf(account)),
		};
	}
	const pod = await readNaming("Pod", { namespace, name: ref.pod }, cluster);
	const account = await unlessNotFound<ServiceAccount>(
		cluster.read("ServiceAccount", { namespace, name: accountOf(pod) }),
	);
	return {
		puller: podPuller(pod, account),
		secrets: await readNamed(cluster, namespace, namesOf(pod.spec)),
	};
}

/** So many Secrets are read for one puller, and of all that they hold so many characters: whoever wrote it decides. */
const MOST_NAMED = 100;
const MOST_TEXT = 8 << 20;

/** The Secrets of these names. Throws FailureError where they are more than are read. */
export async function readNamed(
	cluster: Cluster,
	namespace: string,
	names: readonly string[],
): Promise<NamedSecret[]> {
	const tooMany = new FailureError({
		cause: "too-many-pull-secrets",
		namespace,
		count: names.length,
		most: MOST_NAMED,
	});
	if (names.length > MOST_NAMED) throw tooMany;
	let size = 0;
	return inParallel(names, async (name) => {
		// What is no name is not there, whatever it is; a server asked for a megabyte of it breaks off.
		const secret = isObjectName(name)
			? await unlessNotFound<Secret>(
					cluster.read("Secret", { namespace, name }),
				)
			: undefined;
		const source = secret && pullSourceOf(secret);
		size += source?.data?.length ?? 0;
		if (size > MOST_TEXT) throw tooMany;
		return { name, source };
	});
}

/**
 * Secrets with credentials that are in a namespace, as far as much is kept of lists, but for those that are
 * used; to who may not list them, those of these names that they may read.
 */
export async function readOthersHere(
	cluster: Cluster,
	namespace: string,
	used: ReadonlySet<string>,
	known: readonly string[],
): Promise<OtherSource[]> {
	const reader = new ContentReader();
	const pick = (secret: Secret): OtherSource[] => {
		if (used.has(secret.metadata.name ?? "")) return [];
		const source = pullSourceOf(secret);
		return reader.keeps(namespace, source.data?.length ?? 0)
			? [{ ...source, where: "same-namespace" }]
			: [];
	};
	const listed = await unlessForbidden(
		Promise.all(
			Object.keys(PULL_SECRET_DATA).map((type) => {
				const query = { namespace, fieldSelector: `type=${type}` };
				return allOf(cluster.pages("Secret", query), pick);
			}),
		),
	);
	if (listed !== undefined) return listed.flat();
	const named = await inParallel(
		known.filter(isObjectName).slice(0, MOST_NAMED),
		(name) =>
			unlessForbidden(
				unlessNotFound<Secret>(cluster.read("Secret", { namespace, name })),
			),
	);
	return named.flatMap((secret) =>
		secret && isPullSecretType(secret.type ?? "") ? pick(secret) : [],
	);
}

/**
 * The pods of a workload by what makes them: those of a CronJob by the names of its Jobs. By their
 * pull Secrets they differ where some are older, so the newest stands for all; with all images that they
 * pull, each once. Throws FailureError where there is none.
 */
export async function readWorkload(
	cluster: Cluster,
	namespace: string,
	{ kind, name }: Workload,
) {
	if (kind === "Pod") {
		const pod = await readNaming("Pod", { namespace, name }, cluster);
		return { pod: name, images: podImages(pod) };
	}
	let newest: Pod | undefined;
	for await (const { items } of cluster.pages("Pod", { namespace }))
		for (const pod of items)
			if (
				workloadsOf(pod).some(
					(one) => one.kind === kind && one.name === name,
				) &&
				(newest === undefined || madeAt(pod) >= madeAt(newest))
			)
				newest = pod;
	if (newest === undefined)
		throw (
			(await namespaceMissing(namespace, cluster)) ??
			new FailureError({
				cause: "pods-missing",
				kind,
				name,
				namespace,
			})
		);
	return { pod: newest.metadata.name ?? "", images: podImages(newest) };
}

function madeAt({ metadata }: Pod): string {
	return metadata.creationTimestamp ?? "";
}
