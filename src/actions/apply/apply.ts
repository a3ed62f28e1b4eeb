import { type Failure, failureOf } from "../../core/output/failure.ts";
import {
	type Action,
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
import { inParallel, orderly } from "../in-parallel.ts";
import { type Reading, readPullSecret } from "../read/read-keys.ts";
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

/** Carries out a plan; failures become results. Throws only what makes the rest pointless. */
export async function apply(
	steps: readonly Step[],
	how: ApplyOptions,
): Promise<ChangeResult[]> {
	const inOrder = orderly(how.onResult);
	try {
		return await inParallel(steps, async (step, index) => {
			const done: Done = isSettled(step) ? [step] : await applyOne(step, how);
			inOrder.add(index, ...done);
			const [result] = done;
			how.onDone?.(step, result);
			return result;
		});
	} finally {
		inOrder.flush();
	}
}

type Done = [result: ChangeResult, preview?: Preview];

async function applyOne(change: Change, how: ApplyOptions): Promise<Done> {
	const came = (action: Action, why?: Failure) =>
		resultOf(how.cluster, "Secret", targetOf(change), action, why);
	const failed = (why: Failure): Done => [came("failed", why)];
	const done = (what: Change): Done => [
		came(ACTIONS[what.action]),
		{ of: "Secret", change: what },
	];
	let next = change;
	for (let attempt = 1; ; attempt++) {
		if (next.action === "conflict") return failed(next.obstacle);
		if (next.action === "unchanged" || how.dryRun === "client")
			return done(next);
		try {
			const why = await write(next, how);
			if (why === AS_IT_WAS) return [came("unchanged")];
			return why === undefined ? done(next) : failed(why);
		} catch (error) {
			if (isFatal(error)) throw error;
			if (next.action === "delete" && isNotFound(error)) return done(next);
			if (attempt === ATTEMPTS || !isStale(error))
				return failed(failureOf(error));
			const again = await plannedAgain(next, how);
			if ("cause" in again) return failed(again);
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
	const { cluster, dryRun, reader } = how;
	const options = { dryRun: dryRun === "server" };
	if (change.action === "delete") {
		await cluster.remove("Secret", change.current, change.current, options);
		return undefined;
	}
	const { desired } = change;
	/** What is stored, or would be: admission may make something else of it. */
	const compared = ({ content }: PullSecret): Failure | undefined =>
		content.canonical === desired.content.canonical
			? undefined
			: { cause: "undone" };
	if (change.action === "replace")
		return replace(change, {
			cluster,
			...how.world,
			dryRun,
			told: (answer) => compared(reader.toPullSecret(answer)),
		});
	const current = change.action === "update" ? change.current : undefined;
	const written = reader.toPullSecret(
		current === undefined
			? await cluster.create("Secret", secretOf(desired), options)
			: await cluster.patch(
					"Secret",
					current,
					updatePatch(current, desired),
					options,
				),
	);
	if (options.dryRun) return compared(written);
	how.onWritten?.(written);
	const isAsItWas = written.resourceVersion === current?.resourceVersion;
	return compared(written) ?? (isAsItWas ? AS_IT_WAS : undefined);
}

function isStale(error: unknown): boolean {
	return (
		error instanceof ApiError &&
		(error.status === 409 ||
			(error.status === 404 && !isNamespaceMissing(error)))
	);
}
