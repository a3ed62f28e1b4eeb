import {
	changesNow,
	checkPolicyRights,
	markByPolicy,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { recordMissing, recordOf } from "../../actions/apply/change-record.ts";
import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import { inParallel } from "../../actions/in-parallel.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { allOf } from "../../actions/read/all-of.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import {
	listIfAllowed,
	lookUpNamespaces,
} from "../../actions/read/read-namespaces.ts";
import { tellUnlessQuiet, warn } from "../../actions/tell.ts";
import { desiredPolicies, refusesPods } from "../../core/accounts/policy.ts";
import type { Outcome } from "../../core/document.ts";
import { areTooMany, imageTests } from "../../core/kubelet/image-test.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { Place } from "../../core/output/input-failure.ts";
import { resultOf } from "../../core/output/result.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	isEmptyRecord,
	type NamespaceKnowledge,
	type SourceRecord,
	standingOf,
} from "../../core/pull-secrets/record.ts";
import { unlessForbidden } from "../../errors.ts";
import type { Cluster, ListQuery, World } from "../../world.ts";
import type { AttachOptions } from "./command.ts";

/**
 * Writes the policies with which pods of the recorded namespaces pull with the source. Everything that
 * stands in the way is found before anything is written. Throws FailureError.
 */
export async function attachByPolicy(
	options: AttachOptions,
	world: World,
): Promise<Outcome> {
	warn(world, ...options.notes);
	return onCluster(world, options.connection, async (cluster) => {
		const at = reading(cluster);
		const source = await findSource(at, options.source, world);
		const record = recordOf(source);
		if (record === undefined) throw recordMissing(source);
		const keys = registriesOf(source.content);
		const desired = desiredPolicies({ source, keys, record });
		const isTooMuch = areTooMany(imageTests(keys));
		if (desired.length === 0 || isTooMuch)
			throw new FailureError({
				cause: "policy-empty",
				source: placeOf(source),
				because: isEmptyRecord(record)
					? "record"
					: isTooMuch
						? "patterns"
						: "registries",
			});
		// As it would be: it is not noted yet.
		const changes = await changesNow(source, { cluster, dryRun: "client" });
		await checkAccounts(source, record, cluster, world);
		await checkPolicyRights(changes, cluster);
		const form = formOf(options);
		const report = new ChangeReport(world, cluster, form);
		const { dryRun } = options;
		return await report.whatIsDone(async () => {
			const how = { cluster, dryRun, onResult: report.add };
			if (form === "objects") {
				for (const object of desired)
					report.add(
						resultOf(cluster, object.kind, object.metadata, "configured"),
						{ of: "policy", object },
					);
				if (!isByPolicy(source))
					tellUnlessQuiet(world, {
						cause: "would-be-recorded",
						source: placeOf(source),
						what: "--by-policy",
					});
				return report.finish();
			}
			await markByPolicy(source, true, how);
			await writePolicies(() => changesNow(source, how), how);
			if (dryRun === "none" && changes.some(({ action }) => action !== "keep"))
				tellUnlessQuiet(world, { cause: "policy-takes-time" });
			return report.finish();
		});
	});
}

/** Throws FailureError for accounts whose pods the API server would refuse; where they may not be read, it says so. */
async function checkAccounts(
	source: PullSecret,
	record: SourceRecord,
	cluster: Cluster,
	world: World,
): Promise<void> {
	const lists = await refusingIn(record, source.name, cluster);
	const accounts = lists.flatMap((list) => list ?? []);
	if (accounts.length > 0)
		throw new FailureError({
			cause: "policy-refuses",
			secret: source.name,
			accounts,
		});
	if (lists.includes(undefined))
		warn(world, { cause: "mountable-secrets-unknown" });
}

/**
 * In the namespaces in which the policies mean pods: in all where a rule says which, else in each that is named.
 * undefined: where this user may not look.
 */
async function refusingIn(
	record: SourceRecord,
	secret: string,
	cluster: Cluster,
): Promise<(readonly Place[] | undefined)[]> {
	const listed = (query: ListQuery) =>
		unlessForbidden(
			allOf(
				cluster.picked("ServiceAccount", query, (account) => {
					const { namespace = "", name = "" } = account.metadata;
					return refusesPods(account, secret) ? [{ namespace, name }] : [];
				}),
				(refusing) => refusing,
			),
		);
	const meant = (known: ReadonlyMap<string, NamespaceKnowledge>) =>
		[...known.keys()].filter((name) => {
			const standing = standingOf(record, name, known.get(name) ?? "unknown");
			return standing !== undefined && standing.is !== "skipped";
		});
	if (record.rules.length > 0) {
		const all = await listIfAllowed(cluster);
		const among = new Set(all && meant(all));
		const accounts = all && (await listed({}));
		return [accounts?.filter(({ namespace }) => among.has(namespace))];
	}
	const { known } = await lookUpNamespaces(cluster, [...record.names.keys()]);
	return inParallel(meant(known), (namespace) => listed({ namespace }));
}
