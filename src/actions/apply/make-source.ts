import type { CredentialGoing } from "../../core/note.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { andCopies } from "../../core/output/counted.ts";
import { type Failure, failureOf } from "../../core/output/failure.ts";
import { resultOf } from "../../core/output/result.ts";
import { planSource } from "../../core/pull-secrets/plan.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	yetUnwritten,
} from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { displayHost } from "../../core/registry/server.ts";
import { ApiError, isForbidden } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { EnteredCredential } from "../credentials/entered-credential.ts";
import { readPullSecret } from "../read/read-keys.ts";
import { readNamespace } from "../read/read-namespaces.ts";
import { apply } from "./apply.ts";
import {
	refuseReplaced,
	type SeenNamespaces,
	seeNamespaces,
	unlessRefused,
} from "./confirm.ts";
import type { Run, SourceMaking } from "./deliver.ts";

/** What a source is to be, and what a person is told of it who is asked. */
export interface SourceWish {
	readonly place: SourceRef;
	/** undefined: there is none. */
	readonly before: PullSecret | undefined;
	/** Makes it of what it is by then. Throws FailureError for what is no source. */
	readonly made: (now: PullSecret | undefined) => DesiredPullSecret;
	readonly allowed: Parameters<typeof planSource>[2];
	/** What is written into it; absent: nobody is to be asked about that, or they have been. */
	readonly going?: {
		readonly verb: "Put" | "Replace";
		readonly entered: readonly EnteredCredential[];
	};
	/** Its namespace before anybody was asked; undefined: nobody was. */
	readonly seen?: SeenNamespaces | undefined;
	/** Copies go only where the record sends them, which knows a namespace that is made again: none holds up the others. */
	readonly recordedOnly?: true;
	readonly createNamespace: boolean;
}

/**
 * How a source is made: what it will be, and what writes it, as it is by then. Resolves with undefined where a person
 * does not want what is there to be deleted for it, or it may not be changed, which has been reported. Throws
 * FailureError for what is no source.
 */
export async function planMaking(
	{
		place,
		before,
		made,
		allowed,
		going,
		seen: seenBefore = new Map(),
		recordedOnly,
		createNamespace,
	}: SourceWish,
	run: Run,
): Promise<(SourceMaking & { readonly source: PullSecret }) | undefined> {
	const { cluster, world, report, dryRun } = run;
	const planned = (now: PullSecret | undefined) =>
		planSource(now, made(now), allowed);
	const isAsked = !run.yes && dryRun === "none";
	const typed: CredentialGoing | undefined =
		isAsked && going?.entered.some(({ asked }) => asked)
			? {
					verb: going.verb,
					hosts: going.entered.map(({ server }) => displayHost(server.key)),
					source: place,
					copies: undefined,
				}
			: undefined;
	const change = await unlessRefused(planned(before), run, typed);
	if (change === "no") return undefined;
	const desired = made(before);
	const annotations = { ...before?.annotations, ...desired.annotations };
	const unwritten = { ...yetUnwritten(desired), ...before, ...desired };
	const source = { ...unwritten, annotations };
	const isNew = before === undefined && createNamespace;
	const write = async (): Promise<PullSecret | undefined> => {
		const ensured = isNew && (await ensureNamespace(place.namespace, run));
		const hasMade = ensured === true;
		const absent: Failure =
			ensured instanceof ApiError
				? failureOf(ensured)
				: {
						cause: "namespace-missing",
						...(!createNamespace && { creatable: true }),
					};
		// Somebody was faster to make it, by less than a request.
		if (isNew && !hasMade) await refuseReplaced(seenBefore, cluster);
		// Of differences, which no server is asked for, it is to be said as well that they cannot be.
		const why =
			before === undefined && !hasMade && report.form === "differences"
				? await obstacleIn(place.namespace, cluster)
				: undefined;
		const step =
			why === undefined
				? change
				: resultOf(cluster, "Secret", place, "failed", why);
		let written: PullSecret | undefined;
		await apply([step], {
			...run,
			// A dry run has not made the namespace: the server could not take the Secret.
			dryRun: hasMade && dryRun === "server" ? "client" : dryRun,
			replan: (_, now) => planned(now),
			onResult: (result, preview) =>
				report.add(
					result.why?.cause === "namespace-missing"
						? { ...result, why: absent }
						: result,
					preview,
				),
			onWritten: (secret) => {
				written = secret;
			},
		});
		if (report.failed) return undefined;
		if (dryRun !== "none") return source;
		if (change.action === "unchanged") return before;
		// It was replaced, or somebody else was faster to write the same.
		return written ?? readPullSecret(run, place);
	};
	// Who agreed to a deletion was told of where.
	const asks = change.action === "replace" ? undefined : typed;
	const agreed = async (
		copies: readonly string[],
		covered = false,
	): Promise<boolean> => {
		const about = [place.namespace, ...(recordedOnly ? [] : copies)];
		let seen: SeenNamespaces = new Map();
		if (asks && !covered) {
			seen = await seeNamespaces(about, cluster);
			// It says where it goes, also in which context, which no earlier question did.
			const secret = `secret/${place.name} in ${place.namespace} namespace${contextClause(cluster.context)}`;
			const start =
				isNew && seen.get(place.namespace) === "gone"
					? `Namespace ${place.namespace} does not exist. Create it, and ${asks.verb.toLowerCase()}`
					: asks.verb;
			const agrees = await (await world.prompter()).confirm({
				message: `${start} the credential for ${asks.hosts.join(", ")}\n  in ${secret}${andCopies(copies.length)}?`,
				default: true,
			});
			if (!agrees) return false;
		}
		await refuseReplaced(new Map([...seen, ...seenBefore]), cluster);
		return true;
	};
	if (change.action !== "conflict")
		return { source, typed: asks, agreed, write };
	await write();
	return undefined;
}

/** Why nothing can be made in a namespace; undefined: it can be, as far as this user may know. */
async function obstacleIn(
	namespace: string,
	cluster: Cluster,
): Promise<Failure | undefined> {
	const there = await readNamespace(cluster, namespace);
	if (there === "gone") return { cause: "namespace-missing" };
	return typeof there === "object" && there.terminating
		? { cause: "namespace-terminating" }
		: undefined;
}

/**
 * Creates a namespace where it is missing, and reports it; false where it is there. Where this user may neither
 * look nor create it, the refusal: the write that follows will tell whether it is there. Throws ApiError.
 */
async function ensureNamespace(
	name: string,
	{ cluster, dryRun, report }: Run,
): Promise<boolean | ApiError> {
	const there = await readNamespace(cluster, name);
	const isHidden = there === "unknown";
	if (!isHidden ? there !== "gone" : dryRun === "client") return false;
	try {
		if (dryRun !== "client")
			await cluster.create(
				"Namespace",
				{ apiVersion: "v1", kind: "Namespace", metadata: { name } },
				{ dryRun: dryRun === "server" },
			);
	} catch (error) {
		if (error instanceof ApiError && error.status === 409) return false;
		if (isHidden && isForbidden(error)) return error;
		throw error;
	}
	const result = resultOf(cluster, "Namespace", { name }, "created");
	report.add(result, { of: "Namespace", name });
	return true;
}
