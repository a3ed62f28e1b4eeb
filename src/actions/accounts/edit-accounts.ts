import type { AccountPlan } from "../../core/accounts/attachment.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { type Failure, failureOf } from "../../core/output/failure.ts";
import type { Place } from "../../core/output/input-failure.ts";
import {
	type Action,
	type ChangeResult,
	type DryRun,
	resultOf,
} from "../../core/output/result.ts";
import { growingPause, spread } from "../../core/pauses.ts";
import type { Preview } from "../../core/preview.ts";
import {
	ApiError,
	isFatal,
	isNotFound,
	unlessForbidden,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { inParallel, orderly } from "../in-parallel.ts";
import { breathing } from "../in-steps.ts";
import { missingNamespaceOr } from "../read/read-namespaces.ts";
import { tell } from "../tell.ts";

/** A service account, as it was listed or still to be read. */
export interface AccountTarget extends Place {
	readonly listed?: ServiceAccount;
	/** Why nothing is known of the accounts of that namespace; `*` is then their name. */
	readonly unlisted?: unknown;
}

/** How service accounts are edited, and who is told. */
export interface EditOptions {
	readonly cluster: Cluster;
	readonly world: Pick<World, "clock" | "interrupt" | "emit">;
	readonly dryRun: DryRun;
	readonly plan: (account: ServiceAccount) => AccountPlan;
	/** A `default` account that is not there is waited for: controllers make it soon after its namespace. */
	readonly awaitDefault: boolean;
	/** Called once an account, in the targets' order; with the plan for it, unless it failed. */
	readonly onResult: (result: ChangeResult, preview?: Preview) => void;
}

/** How often an account may change under our hands before we give up on it. */
const ATTEMPTS = 100;
const CONFLICT_PAUSES = { first: 10, longest: 500 };
const ABSENCE_PAUSES = { first: 50, longest: 1000 };
/** So many looks are over before anybody wonders. */
const LOOKS_UNSAID = 4;
/** How long a new namespace may take to get its default account, in milliseconds. */
const PATIENCE = 10_000;

/** Whether an account was to be edited that is not there, though its namespace is. */
export function isAccountMissing({ why }: ChangeResult): boolean {
	return why?.cause === "not-found";
}

/**
 * Edits service accounts, each against what it is at that moment. Resolves with those that were (or with a dry run
 * would be) changed, as they were before. Failures become results; throws only what makes the rest pointless.
 */
export async function editAccounts(
	targets: readonly AccountTarget[],
	how: EditOptions,
): Promise<ServiceAccount[]> {
	const inOrder = orderly(how.onResult);
	const breathe = breathing(how.world);
	let said = false;
	// Once, however many are waited for.
	const waiting = ({ namespace, name }: AccountTarget): void => {
		if (!said) tell(how.world, { cause: "account-awaited", namespace, name });
		said = true;
	};
	try {
		const changed = await inParallel(targets, async (target, index) => {
			const add = (
				action: Action,
				why: Failure | undefined,
				preview?: Preview,
			): void =>
				inOrder.add(
					index,
					resultOf(how.cluster, "ServiceAccount", target, action, why),
					preview,
				);
			try {
				await breathe();
				const edited = await editOne(target, how, waiting);
				if (edited === undefined) {
					add("failed", { cause: "changed-meanwhile" });
					return [];
				}
				const { account, plan } = edited;
				const isChanged = plan.patch !== undefined;
				add(
					isChanged ? "configured" : "unchanged",
					plan.note && { cause: "not-attached-by-us" },
					{ of: "ServiceAccount", account, plan },
				);
				return isChanged ? [account] : [];
			} catch (error) {
				if (isFatal(error)) throw error;
				add("failed", failureOf(error));
				return [];
			}
		});
		return changed.flat();
	} finally {
		inOrder.flush();
	}
}

/** The account as it was, and what there was to change; undefined: others changed it each time. */
async function editOne(
	target: AccountTarget,
	how: EditOptions,
	waiting: (target: AccountTarget) => void,
): Promise<{ account: ServiceAccount; plan: AccountPlan } | undefined> {
	const { cluster, world, dryRun } = how;
	if (target.unlisted !== undefined) throw target.unlisted;
	let account = target.listed ?? (await readAccount(target, how, waiting));
	for (let attempt = 1; ; attempt++) {
		const plan = how.plan(account);
		if (plan.patch === undefined || dryRun === "client")
			return { account, plan };
		try {
			await cluster.patch("ServiceAccount", target, plan.patch, {
				dryRun: dryRun === "server",
			});
			return { account, plan };
		} catch (error) {
			if (!(error instanceof ApiError && error.status === 409)) throw error;
			const now = await readAccount(target, how, waiting);
			// Refused although nothing had changed: the edit itself is not welcome.
			if (now.metadata.resourceVersion === account.metadata.resourceVersion)
				throw error;
			if (attempt === ATTEMPTS) return undefined;
			account = now;
			// Others are at it, too: not all at the same time again.
			const pause = spread(growingPause(attempt, CONFLICT_PAUSES));
			await world.clock.delay(pause, world.interrupt);
		}
	}
}

async function readAccount(
	target: AccountTarget,
	{ cluster, world, awaitDefault }: EditOptions,
	waiting: (target: AccountTarget) => void,
): Promise<ServiceAccount> {
	const { clock } = world;
	const until = clock.elapsed() + PATIENCE;
	for (let looks = 1; ; looks++) {
		try {
			return await cluster.read("ServiceAccount", target);
		} catch (error) {
			const missing = isNotFound(error);
			const worthIt = awaitDefault && target.name === "default";
			if (!missing || !worthIt || clock.elapsed() > until)
				// The namespace of what was listed is there, or is no news.
				throw target.listed === undefined
					? await missingNamespaceOr(error, target.namespace, cluster)
					: error;
			await checkNamespace(target.namespace, cluster);
		}
		if (looks === LOOKS_UNSAID) waiting(target);
		await clock.delay(growingPause(looks, ABSENCE_PAUSES), world.interrupt);
	}
}

/** Throws where the namespace is missing, so that nothing will come of waiting. */
async function checkNamespace(name: string, cluster: Cluster): Promise<void> {
	// Whoever may not look at namespaces can still wait.
	const there = await unlessForbidden(cluster.read("Namespace", { name }));
	if (there?.metadata.deletionTimestamp === undefined) return;
	throw new ApiError(
		403,
		"Forbidden",
		`namespace "${name}" is being terminated: its service accounts are going`,
	);
}
