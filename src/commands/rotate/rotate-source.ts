import { applyToSource } from "../../actions/apply/apply.ts";
import { recordMissing, recordOf } from "../../actions/apply/change-record.ts";
import {
	ChangeReport,
	formOf,
	type OutputOptions,
} from "../../actions/apply/change-report.ts";
import { tellClaimants } from "../../actions/apply/claimants.ts";
import {
	agreesToCredential,
	unlessRefused,
} from "../../actions/apply/confirm.ts";
import { deliver, type Run } from "../../actions/apply/deliver.ts";
import {
	refuseReplaced,
	type SeenNamespaces,
	seeNamespaces,
} from "../../actions/apply/seen-namespaces.ts";
import { namedTargets, recordedTargets } from "../../actions/apply/targets.ts";
import type { Outcome } from "../../core/document.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { someOf } from "../../core/output/some-of.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import {
	editable,
	replaceCredentials,
} from "../../core/pull-secrets/edit-source.ts";
import type { NewEntry } from "../../core/pull-secrets/new-source.ts";
import { planSource } from "../../core/pull-secrets/plan.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { hasRules } from "../../core/pull-secrets/record.ts";

/** What rotate may do to copies: bring them up to date, and nothing else. */
const POLICY = { force: false, adopt: false, prune: false, copyLabels: {} };

/**
 * Writes the new credential to the source, and then to every copy that is recorded. What was done
 * before an interrupt is unchanged the next time, so the same command finishes the work. Throws
 * FailureError where the record cannot be read, and what the cluster throws where this user may not
 * see what its rules mean, before anything is written; where there is none,
 * after the source is.
 */
export async function rotateSource(
	source: PullSecret,
	entries: readonly NewEntry[],
	/** The person is asked before anything is written. */
	asks: boolean,
	run: Run,
	/** The source's namespace when the credential was asked for; undefined: nobody was asked. */
	seenBefore?: SeenNamespaces,
): Promise<"cancelled" | "reported"> {
	const { cluster, world, report } = run;
	const record = recordOf(source);
	// With nobody to ask, nobody waited.
	const seen =
		seenBefore ??
		(asks ? await seeNamespaces([source.namespace], cluster) : new Map());
	// Who may not see where copies are would leave them with the old credential.
	const copies =
		record !== undefined && (asks || hasRules(record))
			? (await recordedTargets(source, record, cluster)).serve.length
			: 0;
	if (asks) {
		if (
			!(await agreesToCredential(
				"Replace",
				entries,
				source,
				copies,
				cluster,
				world,
			))
		)
			return "cancelled";
	}
	await refuseReplaced(seen, cluster);
	const planned = (now: PullSecret | undefined): Change =>
		planSource(now, replaceCredentials(editable(now, source), entries), {
			force: false,
			replace: true,
		});
	const change = await unlessRefused(planned(source), run, cluster, world);
	if (change === "no") return "cancelled";
	const written = await applyToSource(change, {
		...run,
		replan: (_, now) => planned(now),
		onResult: report.add,
	});
	if (report.failed) return "reported";
	const now = written ?? {
		...source,
		...("desired" in change && { content: change.desired.content }),
	};
	if (recordOf(now) !== undefined) {
		await deliver(now, { by: "record" }, POLICY, run);
		return "reported";
	}
	const holders = await tellClaimants(source, run);
	if (!(await isToBeRecorded(holders, run))) throw recordMissing(source);
	const { entry, ...targets } = await namedTargets(now, holders, [], cluster);
	await deliver(
		now,
		{
			by: "selection",
			selected: { targets, entries: [entry], what: someOf(holders) },
			once: false,
			andRecorded: false,
		},
		POLICY,
		run,
	);
	return "reported";
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
			await deliver(source, { by: "record" }, POLICY, { ...run, report });
		return report.finish({ withSummary: false });
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
	const seen = await seeNamespaces(holders, cluster);
	const agreed = await (await world.prompter()).confirm({
		message: `Record ${someOf(holders)}${where}, and give them the new credential?`,
		default: false,
	});
	if (agreed) await refuseReplaced(seen, cluster);
	return agreed;
}
