import { keepPolicies } from "../../actions/accounts/policies.ts";
import { takeBackAttached } from "../../actions/accounts/take-back.ts";
import { apply } from "../../actions/apply/apply.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import { showProgress } from "../../actions/apply/show-progress.ts";
import { unfinished } from "../../actions/apply/unfinished.ts";
import { findSource } from "../../actions/read/find-source.ts";
import {
	selectNamespaces,
	type Target,
} from "../../actions/read/select-namespaces.ts";
import type { Outcome } from "../../core/document.ts";
import { type Change, planCopy } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { EXIT } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { attachCopies } from "./attach-copies.ts";
import { neededNamespaces } from "./needed-namespaces.ts";
import type { SyncSettings } from "./options.ts";
import { planSteps } from "./plan-steps.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

/**
 * The whole pipe for one cluster: read, plan, ask, apply, report. Throws what makes the rest pointless, after saying how far it came.
 */
export async function syncCopies(
	options: SyncSettings,
	cluster: Cluster,
	world: World,
): Promise<Outcome> {
	const reader = new ContentReader();
	const finding = findSource(cluster, reader, options.source, world);
	// Where it is asked, the source's own namespace is no choice.
	const exclude =
		options.selection.by === "ask" && world.streams.interactive
			? [...options.exclude, (await finding).namespace]
			: options.exclude;
	const [source, matched] = await Promise.all([
		finding,
		selectNamespaces(options.selection, exclude, cluster, world),
	]);
	warnOfExpiry(source, world);
	const targets = await narrowed(matched, source, options, cluster);
	const selected = new Set(targets.map(({ namespace }) => namespace));
	const report = new ChangeReport(world, cluster);
	const elsewhere = targets.filter(
		({ namespace }) => namespace !== source.namespace,
	);
	// Nothing matched is more likely a typing mistake than the wish to delete every copy.
	if (targets.length === 0) {
		world.emit({
			type: "warning",
			message:
				options.selection.by === "ask"
					? "no namespace was marked: nothing to do"
					: "no namespace matched: nothing to do",
		});
		return report.finish({ withSummary: false });
	}
	if (elsewhere.length === 0)
		world.emit({
			type: "warning",
			message: `${source.namespace} holds the source itself, and needs no copy`,
		});

	const steps = await planSteps(
		source,
		elsewhere,
		selected,
		options,
		cluster,
		reader,
		world,
	);
	if (steps === "cancelled") {
		world.emit({ type: "note", message: "deletion is cancelled" });
		return { status: EXIT.done, document: { kind: "nothing" } };
	}
	const replan = (
		change: Change,
		now: PullSecret | undefined,
	): Change | undefined =>
		"desired" in change
			? planCopy(now, change.desired, {
					force: options.force,
					adopt: options.adopt,
					named: options.selection.by === "names",
				})
			: undefined;
	return report.whatIsDone(async () => {
		try {
			const { quiet } = options;
			await showProgress(world, { total: steps.length, quiet }, (onDone) =>
				apply(steps, {
					cluster,
					reader,
					world,
					dryRun: options.dryRun,
					replan,
					onResult: report.add,
					onDone,
				}),
			);
		} catch (error) {
			throw unfinished(error, report.results.length, steps.length, world);
		}
		const after = {
			cluster,
			world,
			dryRun: options.dryRun,
			onResult: report.add,
		};
		if (options.prune)
			await takeBackAttached(report.results, { ...after, namespaces: [] });
		if (options.attach !== undefined)
			await attachCopies(report.results, {
				...after,
				selection: options.selection,
				targets,
				accounts: options.attach,
				source,
			});
		await keepPolicies(source, after);
		return report.finish({ withSummary: true });
	});
}

/** With `--needed`, those with a pod that pulls with the source; else all of them. */
async function narrowed(
	targets: readonly Target[],
	source: PullSecret,
	{ selection }: SyncSettings,
	cluster: Cluster,
): Promise<readonly Target[]> {
	if (selection.by !== "needed") return targets;
	const needed = await neededNamespaces(source, cluster);
	return targets.filter(({ namespace }) => needed.has(namespace));
}
