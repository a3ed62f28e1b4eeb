import { inParallel } from "../../actions/in-parallel.ts";
import {
	namespaceMissing,
	readNaming,
} from "../../actions/read/read-namespaces.ts";
import type { NamedSecret, Puller } from "../../core/check/explanation.ts";
import { accountFacts, podFacts } from "../../core/check/facts.ts";
import { accountOf, pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import type { Pod, Secret, ServiceAccount } from "../../core/objects.ts";
import { FailureError } from "../../core/output/failure.ts";
import { isObjectName } from "../../core/output/shell.ts";
import { unlessNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { ExplainOptions } from "./command.ts";
import { type Workload, workloadsOf } from "./workload-operand.ts";

/** Whose pull Secrets are asked about, and those that it names. */
export interface PullerSecrets extends Puller {
	readonly secrets: readonly ReadSecret[];
}

/** A Secret that a pod names, as it was read; undefined: not there. */
interface ReadSecret extends NamedSecret {
	readonly secret: Secret | undefined;
}

/**
 * Reads a pod, or that of a workload, or what a service account's next would be; and the Secrets that it names.
 * Throws FailureError, and what the cluster throws; a Secret's 404 is an answer.
 */
export async function readPuller(
	cluster: Cluster,
	namespace: string,
	{
		workload,
		pod: named,
		serviceAccount,
	}: Pick<ExplainOptions, "workload" | "pod" | "serviceAccount">,
): Promise<PullerSecrets> {
	const meant: Workload | undefined =
		named === undefined ? workload : { kind: "Pod", name: named };
	const { pod, account } =
		meant === undefined
			? await readNextPod(cluster, namespace, serviceAccount)
			: await readPod(cluster, namespace, meant);
	const facts = podFacts(pod);
	return {
		// Of an account's next pod nothing is there that would have to be made again.
		pod: meant === undefined ? { ...facts, stays: true } : facts,
		account: account && accountFacts(account),
		secrets: await readNamed(cluster, namespace, facts.secrets),
	};
}

/** A service account, and the pod that it would have next. */
async function readNextPod(cluster: Cluster, namespace: string, name: string) {
	const place = { namespace, name };
	const account = await readNaming("ServiceAccount", place, cluster);
	const { imagePullSecrets } = account;
	const spec = {
		serviceAccountName: name,
		containers: [],
		...(imagePullSecrets && { imagePullSecrets }),
	};
	return { account, pod: { metadata: { namespace }, spec } satisfies Pod };
}

/**
 * A pod, or the newest of a workload, and its service account where that is there. Pods of one workload differ by
 * their pull Secrets where some are older. Throws FailureError where there is none.
 */
async function readPod(
	cluster: Cluster,
	namespace: string,
	{ kind, name }: Workload,
) {
	const pod =
		kind === "Pod"
			? await readNaming("Pod", { namespace, name }, cluster)
			: await newestOf({ kind, name }, cluster, namespace);
	const account = await unlessNotFound<ServiceAccount>(
		cluster.read("ServiceAccount", { namespace, name: accountOf(pod) }),
	);
	return { pod, account };
}

/** The newest pod by what makes it: those of a CronJob by the names of its Jobs. */
async function newestOf(
	{ kind, name }: Workload,
	cluster: Cluster,
	namespace: string,
): Promise<Pod> {
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
	if (newest !== undefined) return newest;
	throw (
		(await namespaceMissing(namespace, cluster)) ??
		new FailureError({ cause: "pods-missing", kind, name, namespace })
	);
}

function madeAt({ metadata }: Pod): string {
	return metadata.creationTimestamp ?? "";
}

/** So many Secrets are read for one puller, and of all that they hold so many characters: whoever wrote it decides. */
export const MOST_NAMED = 100;
const MOST_TEXT = 2 << 20;

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
