import type { Secret } from "../../core/objects.ts";
import type { Failure } from "../../core/output/failure.ts";
import type { DryRun } from "../../core/output/result.ts";
import { growingPause } from "../../core/pauses.ts";
import {
	type ChangeOf,
	recreatable,
	replacementOf,
} from "../../core/pull-secrets/change.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
	isNamespaceTerminating,
	OperationError,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

interface ReplaceOptions
	extends Pick<World, "clock" | "env" | "files" | "interrupt"> {
	readonly cluster: Cluster;
	readonly dryRun: DryRun;
	/** What is wrong with a Secret that was made, or would be: admission may make something else of it. */
	readonly told: (answer: Secret) => Failure | undefined;
}

/** Milliseconds between tries to create; a quota that a deletion freed is counted anew within some seconds. */
const PAUSES = { first: 100, longest: 5000 };
const TRIES = 8;
/** So many tries are for the new one alone. */
const NEW_ONE_FIRST = 4;

/**
 * Deletes a Secret and creates it anew. Before, the server is asked whether it would take the new
 * one, under another name: policies, webhooks and quotas refuse it then. What is refused all the
 * same leaves the old one in its place; where that is refused as well, its content goes into a file
 * of the user's own. Returns what failed without a refusal; throws what the cluster refused.
 */
export async function replace(
	change: ChangeOf<"replace">,
	{ cluster, dryRun, told, ...outside }: ReplaceOptions,
): Promise<Failure | undefined> {
	const { current } = change;
	// Where this is newer than what was planned for, the deletion is refused.
	const old = await cluster.read("Secret", current);
	const { finalizers = [] } = old.metadata;
	// Deleted, it would stay until somebody lets it go, and nothing could take its place.
	if (finalizers.length > 0) return { cause: "finalizers", finalizers };
	const wanted = replacementOf(old, change);
	const { name, ...metadata } = wanted.metadata;
	const trial = {
		...wanted,
		metadata: { ...metadata, generateName: `${name}-` },
	};
	const undone = told(await cluster.create("Secret", trial, { dryRun: true }));
	if (undone !== undefined) return undone;
	if (dryRun === "server")
		return cluster
			.remove("Secret", current, current, { dryRun: true })
			.then(() => undefined);
	outside.interrupt.throwIfAborted();
	// From here on an interrupt waits: between the two calls there is no Secret.
	const over = Promise.withResolvers<void>();
	try {
		const options = { ...outside, cluster, told };
		return await swap({ current, old, wanted }, options, over.promise);
	} finally {
		over.resolve();
	}
}

/** Deletes one Secret and creates the other. */
async function swap(
	{
		current,
		old,
		wanted,
	}: Pick<ChangeOf<"replace">, "current"> & Record<"old" | "wanted", Secret>,
	{ cluster, told, ...outside }: Omit<ReplaceOptions, "dryRun">,
	seenThroughUntil: Promise<unknown>,
): Promise<Failure | undefined> {
	const unanswered = await attempt(() =>
		cluster.remove("Secret", current, current, { seenThroughUntil }),
	);
	if (unanswered !== undefined && !mayBeDone(unanswered)) throw unanswered;
	let made = wanted;
	const create = (secret: Secret) =>
		attempt(async () => {
			made = await cluster.create("Secret", secret, { seenThroughUntil });
		});
	let refusal = await create(wanted);
	for (let tries = 0; tries < TRIES; tries++) {
		if (refusal === undefined) return told(made);
		// Somebody else made one meanwhile: what is to be done about it is planned anew.
		if (isTaken(refusal)) throw unanswered ?? refusal;
		if (!isInPassing(refusal) || tries >= NEW_ONE_FIRST) {
			const again = await create(recreatable(old));
			if (again === undefined || isTaken(again)) throw refusal;
			if (!isInPassing(refusal) && !isInPassing(again)) break;
		}
		await outside.clock.delay(growingPause(tries + 1, PAUSES));
		if (isInPassing(refusal)) refusal = await create(wanted);
	}
	if (refusal === undefined) return told(made);
	const keptIn = await keep(old, outside);
	const perhaps = unanswered !== undefined;
	return { cause: "lost", ...(perhaps && { perhaps }), keptIn, refusal };
}

type Refusal = OperationError | AbortedError;

/** What refuses or prevents a write; undefined: it is done. */
async function attempt(
	write: () => Promise<unknown>,
): Promise<Refusal | undefined> {
	try {
		await write();
		return undefined;
	} catch (error) {
		if (error instanceof OperationError || error instanceof AbortedError)
			return error;
		throw error;
	}
}

/** Whether what was asked for may have been done all the same. */
function mayBeDone(error: Refusal): boolean {
	if (error instanceof ConnectionError) return error.mayHaveWritten;
	return error instanceof ApiError
		? error.status >= 500
		: error instanceof AbortedError;
}

function isTaken(error: Refusal): boolean {
	return error instanceof ApiError && error.status === 409;
}

/**
 * A quota, a limit, a server that is away: it may pass. What is invalid stays so, and a namespace that goes may
 * come back as another's.
 */
function isInPassing(error: Refusal): boolean {
	if (isNamespaceTerminating(error)) return false;
	return error instanceof ApiError
		? error.status === 403 || error.status === 429 || error.status >= 500
		: error instanceof ConnectionError;
}

/** Writes a Secret where only the user reads it, and returns the path; undefined where that cannot be done. */
async function keep(
	secret: Secret,
	{ env, files, clock }: Pick<World, "env" | "files" | "clock">,
): Promise<string | undefined> {
	const { namespace, name } = secret.metadata;
	const file = `meshreg-lost-${namespace}-${name}-${clock.now()}.json`;
	const home = env.HOME ?? env.USERPROFILE;
	const manifest = { apiVersion: "v1", kind: "Secret", ...recreatable(secret) };
	for (const directory of home === undefined ? ["."] : [home, "."])
		try {
			const path = `${directory}/${file}`;
			await files.write(path, `${JSON.stringify(manifest)}\n`);
			return path;
		} catch (error) {
			// There may be another place.
			if (!(error instanceof OperationError)) throw error;
		}
	return undefined;
}
