import {
	desiredPolicies,
	isPolicyOf,
	POLICY_KINDS,
	type PolicyChange,
	type PolicyObject,
	planPolicies,
	policyNames,
} from "../../core/accounts/policy.ts";
import { distinct, type NonEmpty } from "../../core/groups.ts";
import { groupOf, RESOURCES } from "../../core/objects.ts";
import {
	FailureError,
	failureOf,
	isFailure,
} from "../../core/output/failure.ts";
import {
	type Action,
	type ChangeResult,
	type DryRun,
	resultOf,
} from "../../core/output/result.ts";
import {
	BY_POLICY_ANNOTATION,
	isByPolicy,
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	registriesOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordIn } from "../../core/pull-secrets/record.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { isApiMissing, isFatal, unlessNotFound } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { allOf } from "../read/all-of.ts";

/**
 * The policies and bindings that bear a source's names, whoever made them. Throws FailureError
 * where the API server has no such kind or this user may not read them.
 */
export async function readPolicies(
	cluster: Cluster,
	source: SourceRef,
): Promise<PolicyObject[]> {
	const found: PolicyObject[] = [];
	for (const name of policyNames(source))
		for (const kind of POLICY_KINDS) {
			const reading = cluster.read(kind, { name }).catch(orUnsupported);
			const object = await unlessNotFound(reading);
			if (object) found.push({ ...object, kind } as PolicyObject);
		}
	return found;
}

/** The same of all that bear our label. */
async function listPolicies(cluster: Cluster): Promise<PolicyObject[]> {
	const query = { labelSelector: `${MANAGED_BY_LABEL}=${MANAGER}` };
	const lists: PolicyObject[][] = [];
	for (const kind of POLICY_KINDS) {
		const toPolicy = (object: object) => ({ ...object, kind }) as PolicyObject;
		const list = allOf(cluster.pages(kind, query), toPolicy);
		lists.push(await list.catch(orUnsupported));
	}
	return lists.flat();
}

function orUnsupported(error: unknown): never {
	throw isApiMissing(error)
		? new FailureError({ cause: "policy-unsupported" })
		: error;
}

/** What makes those that are there the desired ones. Throws FailureError where one of them is somebody else's. */
export async function findChanges(
	desired: readonly PolicyObject[],
	source: SourceRef,
	cluster: Cluster,
): Promise<PolicyChange[]> {
	const found = await readPolicies(cluster, source);
	const changes = planPolicies(desired, found, source);
	const foreign = changes.find(({ action }) => action === "leave");
	if (foreign !== undefined)
		throw new FailureError({
			cause: "policy-of-another",
			kind: foreign.object.kind,
			name: foreign.object.metadata.name ?? "",
		});
	return changes;
}

/** Throws FailureError where this user may not do one of these, so that nothing is half made. */
export async function checkPolicyRights(
	changes: readonly PolicyChange[],
	cluster: Cluster,
): Promise<void> {
	const needed = new Map(
		changes.flatMap(({ action, object: { kind, metadata } }) => {
			const name = metadata.name ?? "";
			return action === "keep" || action === "leave"
				? []
				: [[`${action} ${kind}`, { verb: action, kind, name }] as const];
		}),
	);
	const missing: { verb: string; resource: string }[] = [];
	for (const { verb, kind, name } of needed.values()) {
		const resource = RESOURCES[kind].plural;
		const access = { verb, group: groupOf(kind), resource };
		if (
			!(await cluster.canI({ ...access, ...(verb !== "create" && { name }) }))
		)
			missing.push({ verb, resource });
	}
	if (missing.length > 0)
		throw new FailureError({ cause: "policy-forbidden", missing });
}

/** How admission policies are written, and who is told. */
export interface PolicyWriting {
	readonly cluster: Cluster;
	readonly dryRun: DryRun;
	readonly onResult: (result: ChangeResult) => void;
}

/** Carries out a plan, one object after the other. Throws what the cluster throws. */
export async function writePolicies(
	changes: readonly PolicyChange[],
	{ cluster, dryRun, onResult }: PolicyWriting,
): Promise<void> {
	for (const { action, object } of changes) {
		if (action === "leave") continue;
		const { kind, metadata } = object;
		const { name = "", uid } = metadata;
		const how = { dryRun: dryRun === "server" };
		if (dryRun !== "client") {
			if (action === "create") await cluster.create(kind, object, how);
			if (action === "update") await cluster.update(kind, object, how);
			if (action === "delete")
				await cluster.remove(kind, { name }, { uid }, how);
		}
		onResult(resultOf(cluster, kind, metadata, ACTIONS[action]));
	}
}

const ACTIONS = {
	create: "created",
	update: "configured",
	delete: "deleted",
	keep: "unchanged",
} as const satisfies Record<string, Action>;

/**
 * What takes the policies of sources away again, those that this program made for them. One source's are
 * asked for by their names; several say by themselves that they have some, and one list of each kind tells.
 * Throws FailureError where this user may not delete one; what the cluster throws. An API server without the
 * kind has none.
 */
export async function policyRemovals(
	[source, ...others]: NonEmpty<SourceRef>,
	cluster: Cluster,
): Promise<PolicyChange[]> {
	const owners = new Map(
		[source, ...others].flatMap((owner) =>
			policyNames(owner).map((name) => [name, owner]),
		),
	);
	const found = await (others.length === 0
		? readPolicies(cluster, source)
		: listPolicies(cluster)
	).catch(noneIfUnsupported);
	const changes = found
		.filter((object) => {
			const owner = owners.get(object.metadata.name ?? "");
			return owner !== undefined && isPolicyOf(object, owner);
		})
		.map((object): PolicyChange => ({ action: "delete", object }));
	await checkPolicyRights(changes, cluster);
	// A binding without its policy does nothing, either.
	return changes.toReversed();
}

/** The sources that policies say they were made for, each once. Throws as `policyRemovals` does. */
export async function policyOwners(cluster: Cluster): Promise<SourceRef[]> {
	const found = await listPolicies(cluster).catch(noneIfUnsupported);
	const owners = found.flatMap(({ metadata }) => {
		const said = metadata.annotations?.[SOURCE_ANNOTATION] ?? "";
		const [namespace = "", name = ""] = said.split("/");
		const owner = { namespace, name };
		return policyNames(owner).includes(metadata.name ?? "") ? [owner] : [];
	});
	return distinct(owners, sourceRef);
}

function noneIfUnsupported(error: unknown): PolicyObject[] {
	if (isFailure(error, "policy-unsupported")) return [];
	throw error;
}

/**
 * Brings a source's policies up to what its record and its registries say, where it is noted that it
 * has some. What stands in the way becomes one failed result; throws only what makes the rest pointless.
 * Returns whether they are as they should be now, as far as is known.
 */
export async function keepPolicies(
	source: PullSecret,
	how: PolicyWriting,
): Promise<boolean> {
	if (!isByPolicy(source)) return true;
	const record = recordIn(source);
	// Where it was sent is not known: what is there stays as it is.
	if (record === undefined) return true;
	try {
		const desired = desiredPolicies({
			source,
			keys: registriesOf(source.content),
			record,
		});
		const changes = (await findChanges(desired, source, how.cluster)).filter(
			({ action }) => action !== "keep",
		);
		await checkPolicyRights(changes, how.cluster);
		await writePolicies(changes, how);
		return true;
	} catch (error) {
		if (isFatal(error)) throw error;
		const [name = ""] = policyNames(source);
		const kind = "MutatingAdmissionPolicy";
		const why = failureOf(error);
		how.onResult(resultOf(how.cluster, kind, { name }, "failed", why));
		return false;
	}
}

/** Notes on the source that pods pull with it by policies, or no more. Throws what the cluster throws. */
export async function markByPolicy(
	source: PullSecret,
	marked: boolean,
	{ cluster, dryRun, onResult }: PolicyWriting,
): Promise<void> {
	const { namespace, name, resourceVersion } = source;
	if (isByPolicy(source) === marked) return;
	if (dryRun !== "client")
		await cluster.patch(
			"Secret",
			{ namespace, name },
			{
				metadata: {
					resourceVersion,
					annotations: { [BY_POLICY_ANNOTATION]: marked ? "true" : null },
				},
			},
			{ dryRun: dryRun === "server" },
		);
	onResult(resultOf(cluster, "Secret", source, "configured"));
}
