import { planAttach } from "../../core/accounts/attachment.ts";
import { groupsBy } from "../../core/groups.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	attachedAnywhere,
	EMPTY_RECORD,
	isEmptyRecord,
} from "../../core/pull-secrets/record.ts";
import { editAccounts, isAccountMissing } from "../accounts/edit-accounts.ts";
import { findAccounts } from "../accounts/find-accounts.ts";
import { keepPolicies } from "../accounts/policies.ts";
import { warnOfOldPods } from "../accounts/warn-of-old-pods.ts";
import { warn } from "../tell.ts";
import { recordOf } from "./change-record.ts";
import type { Delivered, Run, Scope } from "./deliver.ts";
import type { Targets } from "./targets.ts";

/** Lets accounts pull with the source, and brings its policies up to date. Warns of a record that means no namespace. */
export async function followCopies(
	scope: Scope,
	targets: Delivered,
	run: Run,
): Promise<void> {
	const { source, serve, settled, atSource } = targets;
	const meansNone =
		serve.length + settled.length === 0 && atSource === undefined;
	// A record that is empty means none on purpose.
	if (
		scope.selected === undefined &&
		meansNone &&
		!isEmptyRecord(recordOf(source) ?? EMPTY_RECORD)
	)
		warn(run.world, { cause: "record-matches-none", ...placeOf(source) });
	const named = attachedAnywhere(scope.selected?.record ?? EMPTY_RECORD);
	await attachCopies(source, targets, named, run);
	await keepPolicies(source, { ...run, onResult: run.report.add });
}

/** Attaches a source where it is and where it has a copy now, to the accounts that are to pull with it there. */
async function attachCopies(
	source: PullSecret,
	targets: Pick<Targets, "serve" | "atSource" | "listed">,
	/** Those that the command line names: that one is not there has failed. */
	named: ReadonlySet<string>,
	run: Run,
): Promise<void> {
	const { cluster, world, report } = run;
	const served = new Set(
		report.results
			.filter(
				({ kind, name, action }) =>
					kind === "Secret" &&
					name === source.name &&
					["created", "configured", "unchanged"].includes(action),
			)
			.map(({ namespace }) => namespace),
	);
	const places = [
		...(targets.atSource === undefined
			? []
			: [{ namespace: source.namespace, attach: targets.atSource }]),
		...targets.serve.filter(({ namespace }) => served.has(namespace)),
	].filter(({ attach }) => attach.length > 0);
	const groups = groupsBy(places, ({ attach }) => attach.join(","));
	const changed: ServiceAccount[][] = [];
	for (const group of groups) {
		const [{ attach }] = group;
		const names = group.map(({ namespace }) => namespace);
		const { listed } = targets;
		const accounts = await findAccounts(cluster, names, attach, listed);
		changed.push(
			await editAccounts(accounts, {
				...run,
				plan: (account) => planAttach(account, source.name),
				awaitDefault: true,
				onResult: (result, preview) =>
					report.add(
						// Whoever has the namespace decides which accounts there are.
						isAccountMissing(result) && !named.has(result.name)
							? { ...result, action: "skipped", why: ACCOUNT_MISSING }
							: result,
						preview,
					),
			}),
		);
	}
	await warnOfOldPods(cluster, changed.flat(), world);
}

const ACCOUNT_MISSING = { cause: "account-missing" } as const;
