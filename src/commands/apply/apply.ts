import { recordMissing, recordOf } from "../../actions/apply/change-record.ts";
import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import { tellClaimants } from "../../actions/apply/claimants.ts";
import type { CopySettings } from "../../actions/apply/copy-settings.ts";
import {
	AS_RECORDED,
	deliver,
	type Run,
	type Scope,
} from "../../actions/apply/deliver.ts";
import { followCopies } from "../../actions/apply/follow-copies.ts";
import { planMaking } from "../../actions/apply/make-source.ts";
import { nextCommand } from "../../actions/apply/next-command.ts";
import { selectedFor } from "../../actions/apply/selected.ts";
import { enterVerified } from "../../actions/credentials/enter-verified.ts";
import { newEntries } from "../../actions/credentials/entered-credential.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import {
	beginCopyLists,
	readingAhead,
} from "../../actions/read/begin-lists.ts";
import {
	notASource,
	placeMeant,
	seekSource,
} from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import { warnOfExpiry } from "../../actions/read/warn-of-entries.ts";
import { warn } from "../../actions/tell.ts";
import type { Asked, RunOf } from "../../command.ts";
import { FailureError } from "../../core/output/failure.ts";
import { sourceMaker } from "../../core/pull-secrets/edit-source.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { isEmptyRecord } from "../../core/pull-secrets/record.ts";
import type { World } from "../../world.ts";
import type { ApplyOptions } from "./command.ts";

/** What `apply` asks, and verifies, once for all clusters. Throws FailureError, and what the cluster throws. */
export async function ask(options: ApplyOptions, world: World) {
	warn(world, ...options.notes, ...options.warnings);
	const byDefault = world.streams.interactive && options.dryRun === "none";
	return enterVerified(options.input, { ...options, byDefault }, world);
}

export const run: RunOf<ApplyOptions, Asked<typeof ask>> = async (
	options,
	world,
	entered,
) => {
	return onCluster(world, options.connection, async (connected) => {
		const cluster = readingAhead(connected);
		const at = reading(cluster);
		beginCopyLists(cluster, options, true);
		const report = new ChangeReport(world, cluster, formOf(options));
		const run: Run = { ...options, ...at, world, report };
		return await report.whatIsDone(async () => {
			const { source: before, inTheWay } = await seekSource(
				at,
				options.source,
				world,
			);
			if (inTheWay !== undefined) throw new FailureError(notASource(inTheWay));
			const place = before ?? placeMeant(options.source, cluster);
			const entries = newEntries(entered, options, world.clock.now());
			const planned = await planMaking(
				{
					...options,
					place,
					before,
					made: sourceMaker({ by: "apply" }, place, entries, options.label),
					allowed: { force: false, replace: true },
					going: { verb: "Put", entered },
				},
				run,
			);
			if (planned === undefined) return report.notDone();
			const { source } = planned;
			const scope = await scopeOf(source, options, run);
			if (scope === undefined) {
				const now = (await planned.agreed([])) && (await planned.write());
				if (!now) return report.notDone();
				warnOfExpiry(now, world);
				// Those that held what it had are told from the others, whatever it holds now.
				await tellClaimants(before ?? now, run);
				throw recordMissing(now);
			}
			const targets = await deliver(source, scope, options, run, planned);
			if (targets === undefined) return report.notDone();
			warnOfExpiry(targets.source, world);
			await followCopies(scope, targets, run);
			return report.finish({
				withSummary: true,
				next: await nextCommand(targets.source, options, run),
			});
		});
	});
};

/** The record, with what the command line selects; undefined for a source without a record where nothing is selected. */
async function scopeOf(
	source: PullSecret,
	settings: CopySettings,
	run: Run,
): Promise<Scope | undefined> {
	const record = recordOf(source);
	if (settings.selection.by !== "record") {
		const selected = await selectedFor(source, settings, run);
		const { serve, settled, atSource } = selected.targets;
		if (serve.length === 0 && settled.length === 0 && atSource === undefined)
			warn(
				run.world,
				isEmptyRecord(selected.record)
					? { cause: "no-namespace-matched", rest: "served" }
					: { cause: "rule-matches-none" },
			);
		return { selected, once: false, servesRecord: true };
	}
	return record && AS_RECORDED;
}
