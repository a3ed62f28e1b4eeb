import { isSettled, type Step } from "../../actions/apply/apply.ts";
import {
	agreedReplacements,
	confirmDeletion,
} from "../../actions/apply/confirm.ts";
import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import {
	readPullSecret,
	readPullSecrets,
} from "../../actions/read/read-keys.ts";
import type { Target } from "../../actions/read/select-namespaces.ts";
import type { Namespace } from "../../core/objects.ts";
import { failureOf } from "../../core/output/failure.ts";
import type { ChangeResult } from "../../core/output/result.ts";
import { desiredCopies } from "../../core/pull-secrets/desired.ts";
import {
	type Change,
	planCopy,
	planLeftovers,
} from "../../core/pull-secrets/plan.ts";
import type {
	ContentReader,
	PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { ApiError, isFatal } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { SyncSettings } from "./options.ts";

/** Everything to be done, by namespace; asks before anything is deleted. */
export async function planSteps(
	source: PullSecret,
	targets: readonly Target[],
	selected: ReadonlySet<string>,
	options: SyncSettings,
	cluster: Cluster,
	reader: ContentReader,
	world: World,
): Promise<Step[] | "cancelled"> {
	const allowed = {
		force: options.force,
		adopt: options.adopt,
		named: options.selection.by === "names",
	};
	const current = await readCurrent(
		source.name,
		targets,
		options,
		cluster,
		reader,
	);
	const copies = desiredCopies(
		source,
		targets.map(({ namespace }) => namespace),
		options.copyLabels,
	);
	const changes = copies.map((desired, index): Step => {
		const there = current.get(desired.namespace);
		if (there !== undefined && isSettled(there)) return there;
		const change = planCopy(there, desired, allowed);
		const terminating = targets[index]?.terminating ?? false;
		return terminating && change.action !== "unchanged"
			? skipped(desired, cluster)
			: change;
	});
	const planned = changes.filter((step): step is Change => !isSettled(step));
	const agreed = await agreedReplacements(planned, options, cluster, world);
	const settled = changes.filter(isSettled);

	const leftovers = options.prune
		? await leftoverCopies(source, selected, cluster, reader)
		: [];
	if (leftovers.length > 0 && !options.yes && options.dryRun === "none") {
		const names = leftovers.map(
			({ current: key }) => `secret/${key.name} in ${key.namespace} namespace`,
		);
		if (!(await confirmDeletion("delete", names, cluster, world)))
			return "cancelled";
	}
	return [...settled, ...agreed, ...leftovers].toSorted((a, b) =>
		placeOf(a) < placeOf(b) ? -1 : 1,
	);
}

/** What bears the name now: one read a named namespace, one list for all others. */
async function readCurrent(
	name: string,
	targets: readonly Target[],
	options: SyncSettings,
	cluster: Cluster,
	reader: ContentReader,
): Promise<Map<string, PullSecret | ChangeResult>> {
	const current = new Map<string, PullSecret | ChangeResult>();
	if (options.selection.by !== "names") {
		const keys = await readPullSecrets(cluster, reader, {
			fieldSelector: `metadata.name=${name}`,
		});
		for (const key of keys) current.set(key.namespace, key);
		return current;
	}
	await inParallel(targets, AT_ONCE, async ({ namespace }) => {
		try {
			const key = await readPullSecret(cluster, reader, { namespace, name });
			if (key !== undefined) current.set(namespace, key);
			else if (options.dryRun === "client")
				await checkNamespace(namespace, cluster);
		} catch (error) {
			if (isFatal(error)) throw error;
			current.set(namespace, {
				...secretIn(namespace, name, cluster),
				action: "failed",
				why: failureOf(error),
			});
		}
	});
	return current;
}

/** What a client-side dry run cannot learn from a write: throws where the namespace is missing or going. */
async function checkNamespace(name: string, cluster: Cluster): Promise<void> {
	let namespace: Namespace;
	try {
		namespace = await cluster.read("Namespace", { name });
	} catch (error) {
		// Whoever may not look at the Namespace learns the rest from the write.
		if (error instanceof ApiError && error.status === 403) return;
		throw error;
	}
	if (namespace.metadata.deletionTimestamp !== undefined)
		throw new ApiError(
			403,
			"Forbidden",
			`namespace "${name}" is being terminated`,
		);
}

async function leftoverCopies(
	source: PullSecret,
	selected: ReadonlySet<string>,
	cluster: Cluster,
	reader: ContentReader,
): Promise<(Change & { action: "delete" })[]> {
	const keys = await readPullSecrets(cluster, reader, {
		fieldSelector: `metadata.name=${source.name}`,
	});
	return planLeftovers(keys, source, selected);
}

function secretIn(namespace: string, name: string, cluster: Cluster) {
	return { context: cluster.context, namespace, kind: "Secret", name };
}

function skipped(
	desired: { namespace: string; name: string },
	cluster: Cluster,
): ChangeResult {
	return {
		...secretIn(desired.namespace, desired.name, cluster),
		action: "skipped",
		why: { cause: "namespace-terminating" },
	};
}

function placeOf(step: Step): string {
	if (isSettled(step)) return step.namespace;
	return "desired" in step ? step.desired.namespace : step.current.namespace;
}
