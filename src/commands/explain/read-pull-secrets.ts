import { inParallel } from "../../actions/in-parallel.ts";
import {
	namespaceMissing,
	readNaming,
} from "../../actions/read/missing-namespace.ts";
import { type PodFacts, podFacts } from "../../core/check/facts.ts";
import { refusedImages } from "../../core/check/pull-diagnosis.ts";
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
import type { Pod, Secret, ServiceAccount } from "../../core/objects.ts";
import { FailureError } from "../../core/output/failure.ts";
import { isObjectName } from "../../core/output/shell.ts";
import { unlessNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { type Workload, workloadsOf } from "./workload-operand.ts";

/** Whose pull Secrets are asked about, and what is known of them. */
export interface Asking {
	readonly puller: Puller;
	/** The pod, or the one that the account would have next. */
	readonly pod: PodFacts;
	/** The pod's own; undefined where there is none of that name. */
	readonly account: ServiceAccount | undefined;
	readonly secrets: readonly ReadSecret[];
}

/** A Secret that a pod names, as it was read; undefined: not there. */
interface ReadSecret extends NamedSecret {
	readonly secret: Secret | undefined;
}

/** Reads a pod or a service account and the Secrets that it names. Throws what the cluster throws; a Secret's 404 is an answer. */
export async function readPuller(
	cluster: Cluster,
	namespace: string,
	ref: { readonly pod: string | undefined; readonly serviceAccount: string },
): Promise<Asking> {
	if (ref.pod === undefined) {
		const place = { namespace, name: ref.serviceAccount };
		const account = await readNaming("ServiceAccount", place, cluster);
		const { imagePullSecrets } = account;
		const spec = {
			serviceAccountName: place.name,
			containers: [],
			...(imagePullSecrets && { imagePullSecrets }),
		};
		return {
			puller: {
				kind: "serviceaccount",
				...place,
				provider: providerOf(account),
			},
			pod: { ...podFacts({ metadata: { namespace }, spec }), stays: true },
			account,
			secrets: await readNamed(cluster, namespace, namesOf(account)),
		};
	}
	const pod = await readNaming("Pod", { namespace, name: ref.pod }, cluster);
	const account = await unlessNotFound<ServiceAccount>(
		cluster.read("ServiceAccount", { namespace, name: accountOf(pod) }),
	);
	const facts = podFacts(pod);
	return {
		puller: podPuller(pod, account, refusedImages(facts)),
		pod: facts,
		account,
		secrets: await readNamed(cluster, namespace, namesOf(pod.spec)),
	};
}

/** So many Secrets are read for one puller, and of all that they hold so many characters: whoever wrote it decides. */
export const MOST_NAMED = 100;
const MOST_TEXT = 8 << 20;

/** The Secrets of these names. Throws FailureError where they are more than are read. */
async function readNamed(
	cluster: Cluster,
	namespace: string,
	names: readonly string[],
): Promise<ReadSecret[]> {
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
		return { name, source, secret };
	});
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
