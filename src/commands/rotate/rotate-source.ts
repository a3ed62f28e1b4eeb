import { recordMissing, recordOf } from "../../actions/apply/change-record.ts";
import {
	ChangeReport,
	formOf,
	type OutputOptions,
} from "../../actions/apply/change-report.ts";
import { tellClaimants } from "../../actions/apply/claimants.ts";
import { agreedFor } from "../../actions/apply/confirm.ts";
import { AS_RECORDED, deliver, type Run } from "../../actions/apply/deliver.ts";
import {
	planMaking,
	type SourceWish,
} from "../../actions/apply/make-source.ts";
import { namedTargets } from "../../actions/apply/targets.ts";
import type { Outcome } from "../../core/document.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { someOf } from "../../core/output/some-of.ts";
import {
	type NewEntry,
	sourceMaker,
} from "../../core/pull-secrets/edit-source.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";

/** What rotate may do to copies: bring them up to date, and nothing else. */
const POLICY = { force: false, adopt: false, prune: false, copyLabels: {} };

/**
 * Writes the new credential to the source, and then to every copy that is recorded. What was done
 * before an interrupt is unchanged the next time, so the same command finishes the work. Throws
 * FailureError where the record cannot be read, and what the cluster throws where this user may not
 * see what its rules mean, before anything is written; where there is none, FailureError after the source
 * is. Resolves with false where a person said no.
 */
export async function rotateSource(
	source: PullSecret,
	entries: readonly NewEntry[],
	wish: Pick<SourceWish, "going" | "seen">,
	run: Run,
): Promise<boolean> {
	const record = recordOf(source);
	const making = await planMaking(
		{
			...wish,
			place: source,
			before: source,
			made: sourceMaker({ by: "change" }, source, entries),
			allowed: { force: false, replace: true },
			recordedOnly: true,
			createNamespace: false,
		},
		run,
	);
	if (making === undefined) return run.report.failed;
	if (record !== undefined) {
		const { source } = making;
		const done = await deliver(source, AS_RECORDED, POLICY, run, making);
		return done !== undefined || run.report.failed;
	}
	if (!(await making.agreed([]))) return false;
	// Once the source is written, nothing tells any more who held what it had: whoever is interrupted here asks again.
	const holders = await tellClaimants(source, run);
	const areMeant = await isToBeRecorded(holders, run);
	const now = await making.write();
	if (now === undefined) return true;
	if (!areMeant) throw recordMissing(source);
	const selected = await namedTargets(now, holders, [], run.cluster);
	const scope = {
		selected: { ...selected, what: someOf(holders) },
		once: false,
		servesRecord: false,
	};
	await deliver(now, scope, POLICY, run);
	return true;
}

/**
 * Brings copies up to date that an interrupted rotation did not come to: the source's credential is good for
 * longer, but they may hold the one before it. Says nothing of what is unchanged.
 */
export async function finishCopies(
	source: PullSecret,
	run: Omit<Run, "report"> & OutputOptions,
): Promise<Outcome> {
	const { world, cluster } = run;
	const report = new ChangeReport(
		{
			emit(event) {
				if (event.type !== "change" || event.result.action !== "unchanged")
					world.emit(event);
			},
		},
		cluster,
		formOf(run),
	);
	return report.whatIsDone(async () => {
		if (recordOf(source) !== undefined)
			await deliver(source, AS_RECORDED, POLICY, { ...run, report });
		return report.finish();
	});
}

/** What holds the old credential has no right to the next: only a person may give it, and `--yes` is none. */
async function isToBeRecorded(
	holders: readonly string[],
	{ world, cluster, dryRun }: Run,
): Promise<boolean> {
	if (holders.length === 0 || !world.streams.interactive || dryRun !== "none")
		return false;
	const where = contextClause(cluster.context);
	const message = `Record ${someOf(holders)}${where}, and give them the new credential?`;
	return agreedFor(holders, message, { cluster, world });
}
