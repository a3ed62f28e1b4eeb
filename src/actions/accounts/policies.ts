import {
	desiredPolicies,
	isPolicyOf,
	type OwnPolicyChange,
	POLICY_KINDS,
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
	placeOf,
	registriesOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordIn } from "../../core/pull-secrets/record.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import {
	ApiError,
	isApiMissing,
	isFatal,
	isNotFound,
	unlessNotFound,
} from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { allOf } from "../read/all-of.ts";
import { reading, readPullSecret } from "../read/read-keys.ts";

/** The policies and bindings that bear a source's names, whoever made them. Throws FailureError without the kind. */
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

/** Throws FailureError where this user may not do one of these, so that nothing is half made. */
export async function checkPolicyRights(
	changes: readonly OwnPolicyChange[],
	cluster: Cluster,
): Promise<void> {
	const needed = distinct(
		changes.filter(({ action }) => action !== "keep"),
		({ action, object }) => `${action} ${object.kind}`,
	);
	const missing: { verb: string; resource: string }[] = [];
	for (const { action: verb, object } of needed) {
		const resource = RESOURCES[object.kind].plural;
		const named = verb !== "create" && { name: object.metadata.name ?? "" };
		const access = { verb, group: groupOf(object.kind), resource, ...named };
		if (!(await cluster.canI(access))) missing.push({ verb, resource });
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

/** Others may write the same, as a watch does: so often it is tried again. */
const ATTEMPTS = 8;

/** Does it, and again where somebody wrote meanwhile, of which `act` is to read anew. Throws what it throws. */
async function unlessOvertaken(
	act: (attempt: number) => Promise<void>,
): Promise<void> {
	for (let attempt = 1; ; attempt++)
		try {
			return await act(attempt);
		} catch (error) {
			const isOvertaken =
				isNotFound(error) ||
				(error instanceof ApiError && error.status === 409);
			if (!isOvertaken || attempt === ATTEMPTS) throw error;
		}
}

/** Carries out a plan, which is made again where somebody wrote meanwhile. Throws what the cluster and `plan` throw. */
export async function writePolicies(
	plan: () => Promise<readonly OwnPolicyChange[]>,
	{ cluster, dryRun, onResult }: PolicyWriting,
): Promise<void> {
	const told = new Set<string>();
	const write = async ({ action, object }: OwnPolicyChange): Promise<void> => {
		const { kind, metadata } = object;
		const { name = "", uid, resourceVersion } = metadata;
		const how = { dryRun: dryRun === "server" };
		if (dryRun !== "client") {
			if (action === "create") await cluster.create(kind, object, how);
			if (action === "update") await cluster.update(kind, object, how);
			if (action === "delete")
				await cluster.remove(
					kind,
					{ name },
					{ uid, ...(resourceVersion && { resourceVersion }) },
					how,
				);
		}
		const id = `${kind}/${name}`;
		if (action !== "keep" || !told.has(id))
			onResult(resultOf(cluster, kind, metadata, ACTIONS[action]));
		told.add(id);
	};
	await unlessOvertaken(async () => {
		for (const change of await plan()) await write(change);
	});
}

const ACTIONS = {
	create: "created",
	update: "configured",
	delete: "deleted",
	keep: "unchanged",
} as const satisfies Record<string, Action>;

/**
 * What takes away the policies that this program made for these sources. One source's are asked for by their names;
 * several say by themselves that they have some, and one list of each kind tells. Throws FailureError where this user
 * may not delete one; what the cluster throws.
 */
export async function policyRemovals(
	[source, ...others]: NonEmpty<SourceRef>,
	cluster: Cluster,
): Promise<OwnPolicyChange[]> {
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
		.map((object): OwnPolicyChange => ({ action: "delete", object }));
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
 * Brings a source's policies up to date, where it is noted that it has some. What stands in the way becomes a failed
 * result; throws only what makes the rest pointless. Returns whether they are as they should be, as far as is known.
 */
export async function keepPolicies(
	source: PullSecret,
	how: PolicyWriting,
): Promise<boolean> {
	if (!isByPolicy(source)) return true;
	try {
		await writePolicies(async () => {
			const changes = (await changesNow(source, how)).filter(
				({ action }) => action !== "keep",
			);
			await checkPolicyRights(changes, how.cluster);
			return changes;
		}, how);
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

/**
 * What makes the policies of a source what they are to be: by the source as it is by now, where it is noted to have
 * some; in a dry run by the source as it is given. Throws FailureError where one is somebody else's; what the cluster throws.
 */
export async function changesNow(
	source: PullSecret,
	{ cluster, dryRun }: Pick<PolicyWriting, "cluster" | "dryRun">,
): Promise<OwnPolicyChange[]> {
	// Whoever writes policies has written the record before: read in this order, none is undone by an older record.
	const found = await readPolicies(cluster, source);
	const now =
		dryRun === "none"
			? await readPullSecret(reading(cluster), placeOf(source))
			: source;
	if (now === undefined || (dryRun === "none" && !isByPolicy(now))) return [];
	const record = recordIn(now);
	// Where it was sent is not known: what is there stays as it is.
	if (record === undefined) return [];
	const keys = registriesOf(now.content);
	const desired = desiredPolicies({ source, keys, record });
	return planPolicies(desired, found, source).map(({ action, object }) => {
		if (action !== "leave") return { action, object };
		throw new FailureError({
			cause: "policy-of-another",
			kind: object.kind,
			name: object.metadata.name ?? "",
		});
	});
}

/** Notes on the source that pods pull with it by policies, or no more. Throws what the cluster throws. */
export async function markByPolicy(
	source: PullSecret,
	marked: boolean,
	{ cluster, dryRun, onResult }: PolicyWriting,
): Promise<void> {
	if (isByPolicy(source) === marked) return;
	const annotations = { [BY_POLICY_ANNOTATION]: marked ? "true" : null };
	if (dryRun !== "client")
		await unlessOvertaken(async (attempt) => {
			const now =
				attempt === 1 ? source : await readPullSecret(reading(cluster), source);
			if (now === undefined || isByPolicy(now) === marked) return;
			const { resourceVersion } = now;
			await cluster.patch(
				"Secret",
				source,
				{ metadata: { resourceVersion, annotations } },
				{ dryRun: dryRun === "server" },
			);
		});
	onResult(resultOf(cluster, "Secret", source, "configured"));
}
