import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import {
	actionOf,
	obstacleText,
	recreatable,
	updateOperations,
} from "../../core/pull-secrets/changes.ts";
import type { Change } from "../../core/pull-secrets/plan.ts";
import { namespaceOf } from "../../core/pull-secrets/plan.ts";
import {
	type ContentReader,
	type PullSecret,
	secretOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	ApiError,
	isFatal,
	isNamespaceMissing,
	OperationError,
} from "../../errors.ts";
import { failureLineIn } from "../../report/failure.ts";
import type { Cluster } from "../../world.ts";
import { AT_ONCE, inParallel } from "../in-parallel.ts";
import { readPullSecret } from "../read/read-keys.ts";
import { orderly } from "./orderly.ts";

/** How a plan is carried out. */
export interface ApplyOptions {
	readonly cluster: Cluster;
	readonly reader: ContentReader;
	readonly dryRun: DryRun;
	/** What to do about a Secret that changed since the plan was made; called with what is there now. */
	readonly replan: (
		change: Change,
		current: PullSecret | undefined,
	) => Change | undefined;
	/** Called once a change, in the plan's order, as soon as its turn has come. */
	readonly onResult?: (result: ChangeResult) => void;
	/** Called once a change as soon as it is done, in any order. */
	readonly onDone?: () => void;
}

/** A change to be made, or a namespace about which the result is known already. */
export type Step = Change | ChangeResult;

/** How often a Secret may change under our hands before we give up on it. */
const ATTEMPTS = 6;

/**
 * Carries out a plan and continues past failures, which become results. Throws
 * only what makes the rest pointless: no connection, no such user, an interrupt.
 */
export async function apply(
	steps: readonly Step[],
	how: ApplyOptions,
): Promise<ChangeResult[]> {
	const inOrder = orderly(how.onResult);
	try {
		return await inParallel(steps, AT_ONCE, async (step, index) => {
			const result = "reason" in step ? step : await applyOne(step, how);
			inOrder.add(index, result);
			how.onDone?.();
			return result;
		});
	} finally {
		inOrder.flush();
	}
}

async function applyOne(
	change: Change,
	how: ApplyOptions,
): Promise<ChangeResult> {
	const done = (what: Change, reason = ""): ChangeResult => ({
		context: how.cluster.context,
		namespace: namespaceOf(change),
		kind: "Secret",
		name: "desired" in change ? change.desired.name : change.current.name,
		action: reason === "" ? actionOf(what) : "failed",
		reason,
	});
	let next = change;
	for (let attempt = 1; ; attempt++) {
		if (next.action === "conflict")
			return done(
				next,
				failureLineIn(namespaceOf(next), conflictError(next.current, next)),
			);
		if (next.action === "unchanged" || how.dryRun === "client")
			return done(next);
		try {
			await write(next, how);
			return done(next);
		} catch (error) {
			if (isFatal(error)) throw error;
			if (
				next.action === "delete" &&
				error instanceof ApiError &&
				error.status === 404
			)
				return done(next);
			if (attempt === ATTEMPTS || !isStale(error))
				return done(next, failureLineIn(namespaceOf(next), error));
			const again = await rePlanned(next, how);
			if (typeof again === "string") return done(next, again);
			next = again;
		}
	}
}

/** The change that fits what is there now, or why there is none. */
async function rePlanned(
	change: Change,
	how: ApplyOptions,
): Promise<Change | string> {
	const namespace = namespaceOf(change);
	const name = "desired" in change ? change.desired.name : change.current.name;
	try {
		const current = await readPullSecret(how.cluster, how.reader, {
			namespace,
			name,
		});
		const again = how.replan(change, current);
		// Nobody was asked about a replacement that only now became necessary.
		const agreed = again?.action !== "replace" || change.action === "replace";
		if (again !== undefined && agreed) return again;
		return failureLineIn(
			namespace,
			new OperationError(
				`secret "${name}" in namespace "${namespace}" changed meanwhile and was left alone; run the command again`,
			),
		);
	} catch (error) {
		if (isFatal(error)) throw error;
		return failureLineIn(namespace, error);
	}
}

async function write(
	change: Change,
	{ cluster, dryRun }: ApplyOptions,
): Promise<void> {
	const options = { dryRun: dryRun === "server" };
	switch (change.action) {
		case "create":
			await cluster.create("Secret", secretOf(change.desired), options);
			return;
		case "update":
			await cluster.patch(
				"Secret",
				change.current,
				updateOperations(change.current, change.desired),
				options,
			);
			return;
		case "replace":
			if (dryRun === "server")
				await cluster.remove("Secret", change.current, change.current, options);
			else await replace(change, cluster);
			return;
		case "delete":
			await cluster.remove("Secret", change.current, change.current, options);
			return;
		case "unchanged":
		case "conflict":
			return;
	}
}

/** Delete and create; whatever stops the creation, the old object is put back. */
async function replace(
	change: Change & { action: "replace" },
	cluster: Cluster,
): Promise<void> {
	// Where this is newer than what was planned for, the deletion is refused.
	const old = await cluster.read("Secret", change.current);
	await cluster.remove("Secret", change.current, change.current, {});
	// From here on an interrupt waits: between the two calls there is no Secret.
	const unstoppable = { evenWhenInterrupted: true };
	try {
		await cluster.create("Secret", secretOf(change.desired), unstoppable);
	} catch (error) {
		await cluster.create("Secret", recreatable(old), unstoppable);
		throw error;
	}
}

function isStale(error: unknown): boolean {
	return (
		error instanceof ApiError &&
		(error.status === 409 ||
			(error.status === 404 && !isNamespaceMissing(error)))
	);
}

function conflictError(
	current: PullSecret,
	change: Change & { action: "conflict" },
): Error {
	const text = obstacleText(current, change.obstacle);
	return change.obstacle.because === "differs"
		? new ApiError(409, "AlreadyExists", text)
		: new OperationError(text);
}
