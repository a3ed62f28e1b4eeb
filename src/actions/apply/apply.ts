import type { Secret } from "../../core/objects.ts";
import { type Failure, failureOf } from "../../core/output/failure.ts";
import {
	type ChangeResult,
	type DryRun,
	resultOf,
} from "../../core/output/result.ts";
import type { Preview } from "../../core/preview.ts";
import {
	ACTIONS,
	type Change,
	updatePatch,
} from "../../core/pull-secrets/change.ts";
import { byNamespace, targetOf } from "../../core/pull-secrets/plan.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	secretOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	ApiError,
	isFatal,
	isNamespaceMissing,
	isNotFound,
} from "../../errors.ts";
import type { World } from "../../world.ts";
import { inParallel } from "../in-parallel.ts";
import { type Reading, readPullSecret } from "../read/read-keys.ts";
import { orderly } from "./orderly.ts";
import { replace } from "./replace.ts";

/** How a plan is carried out, and who is told. */
export interface ApplyOptions extends Reading {
	readonly world: Pick<World, "clock" | "env" | "files" | "interrupt">;
	readonly dryRun: DryRun;
	/**
	 * What to do about a Secret that changed since the plan was made, `current` being what is there
	 * now; undefined: it is left alone. The plan may have been made of a source that changed as well.
	 */
	readonly replan: (
		change: Change,
		current: PullSecret | undefined,
	) => Promise<Change | Failure | undefined> | Change | undefined;
	/** Called once a change, in the plan's order, as soon as its turn has come; with what it was, unless that was settled before. */
	readonly onResult?: (result: ChangeResult, preview?: Preview) => void;
	/** Called once a step as soon as it is over, in any order. */
	readonly onDone?: (step: Step, result: ChangeResult) => void;
	/** Called with what a creation or an update was answered with: the Secret as it is then. */
	readonly onWritten?: (written: PullSecret) => void;
}

/** A change to be made, or an object about which the result is known already. */
export type Step = Change | ChangeResult;

/** Whether a step is a result, with nothing left to do. */
export function isSettled(step: Step | PullSecret): step is ChangeResult {
	return "kind" in step;
}

/** Steps in the order of what they are about. */
export function byPlace(one: Step, other: Step): number {
	const place = (step: Step) => (isSettled(step) ? step : targetOf(step));
	return byNamespace(place(one), place(other));
}

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
		return await inParallel(steps, async (step, index) => {
			const [result, preview] = isSettled(step)
				? [step]
				: await applyOne(step, how);
			inOrder.add(index, result, preview);
			how.onDone?.(step, result);
			return result;
		});
	} finally {
		inOrder.flush();
	}
}

async function applyOne(
	change: Change,
	how: ApplyOptions,
): Promise<[ChangeResult, Preview | undefined]> {
	const place = targetOf(change);
	const done = (
		what: Change,
		why?: Failure,
	): [ChangeResult, Preview | undefined] => [
		resultOf(
			how.cluster,
			"Secret",
			place,
			why === undefined ? ACTIONS[what.action] : "failed",
			why,
		),
		why === undefined ? { of: "Secret", change: what } : undefined,
	];
	let next = change;
	for (let attempt = 1; ; attempt++) {
		if (next.action === "conflict") return done(next, next.obstacle);
		if (next.action === "unchanged" || how.dryRun === "client")
			return done(next);
		try {
			const written = await write(next, how);
			if (written !== AS_IT_WAS) return done(next, written);
			const [result] = done(next);
			return [{ ...result, action: "unchanged" }, undefined];
		} catch (error) {
			if (isFatal(error)) throw error;
			if (next.action === "delete" && isNotFound(error)) return done(next);
			if (attempt === ATTEMPTS || !isStale(error))
				return done(next, failureOf(error));
			const again = await plannedAgain(next, how);
			if ("cause" in again) return done(next, again);
			next = again;
		}
	}
}

/** The change that fits what is there now, or why there is none. */
async function plannedAgain(
	change: Change,
	how: ApplyOptions,
): Promise<Change | Failure> {
	try {
		const place = targetOf(change);
		const current = await readPullSecret(how, place);
		const again = await how.replan(change, current);
		if (again === undefined || "cause" in again)
			return again ?? { cause: "changed-meanwhile" };
		// Nobody was asked about a replacement that only now became necessary.
		const agreed = again.action !== "replace" || change.action === "replace";
		return agreed ? again : { cause: "changed-meanwhile" };
	} catch (error) {
		if (isFatal(error)) throw error;
		return failureOf(error);
	}
}

/** The API server took a write, and stores what it stored before. No watch tells of that. */
const AS_IT_WAS = Symbol();

/** Writes; returns what failed without a refusal that could be put right. */
async function write(
	change: Exclude<Change, { action: "unchanged" | "conflict" }>,
	how: ApplyOptions,
): Promise<Failure | typeof AS_IT_WAS | undefined> {
	const { cluster, dryRun } = how;
	const options = { dryRun: dryRun === "server" };
	/** What is stored, or would be: admission may make something else of it. */
	const compared = (
		written: PullSecret,
		{ content }: DesiredPullSecret,
	): Failure | undefined =>
		written.content.canonical === content.canonical
			? undefined
			: { cause: "undone" };
	const told = (
		answer: Secret,
		desired: DesiredPullSecret,
	): Failure | undefined => {
		const written = how.reader.toPullSecret(answer);
		if (!options.dryRun) how.onWritten?.(written);
		return compared(written, desired);
	};
	switch (change.action) {
		case "create":
			return told(
				await cluster.create("Secret", secretOf(change.desired), options),
				change.desired,
			);
		case "update": {
			const written = await cluster.patch(
				"Secret",
				change.current,
				updatePatch(change.current, change.desired),
				options,
			);
			const undone = told(written, change.desired);
			return (
				undone ??
				(!options.dryRun &&
				written.metadata.resourceVersion === change.current.resourceVersion
					? AS_IT_WAS
					: undefined)
			);
		}
		case "replace":
			return replace(change, {
				cluster,
				...how.world,
				dryRun,
				told: (answer) =>
					compared(how.reader.toPullSecret(answer), change.desired),
			});
		case "delete":
			await cluster.remove("Secret", change.current, change.current, options);
			return undefined;
	}
}

function isStale(error: unknown): boolean {
	return (
		error instanceof ApiError &&
		(error.status === 409 ||
			(error.status === 404 && !isNamespaceMissing(error)))
	);
}
