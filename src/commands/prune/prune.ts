import { ChangeReport } from "../../actions/apply/change-report.ts";
import { mustAsk } from "../../actions/apply/confirm.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { meantFor } from "../../actions/read/meant-namespace.ts";
import { tell, tellUnlessQuiet, warn } from "../../actions/tell.ts";
import type { Outcome } from "../../core/document.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import type { World } from "../../world.ts";
import type { PruneOptions } from "./command.ts";
import { warnOfRules } from "./forget-namespaces.ts";
import {
	carryOutPruning,
	findPruning,
	isAgreed,
	tellOfRest,
	whatStays,
} from "./pruning.ts";

/** The work of `prune`, in one cluster. Throws FailureError, and what the cluster throws. */
export async function run(
	options: PruneOptions,
	world: World,
): Promise<Outcome> {
	warn(world, ...options.notes);
	const { namespaces } = options;
	const asks = mustAsk("prune", options, world);
	return onCluster(world, options.connection, async (cluster) => {
		const how = { ...options, cluster, reader: new ContentReader(), world };
		const report = new ChangeReport(world, cluster);
		const pruning = await findPruning(how);
		const { changes, sent, outOf, attached, unreadable } = pruning;
		for (const result of unreadable) report.add(result);
		if (changes.length + outOf.length + attached.length === 0) {
			if (unreadable.length === 0) {
				const meant = await meantFor(options.name, namespaces, cluster);
				tell(world, { cause: "nothing-found", namespaces, meant });
			}
			tellOfRest(pruning, () => false, how);
			warnOfRules(sent, how);
			// Of another name none is there, perhaps by mistake: no reason to go on to all.
			if (!options.named)
				tellUnlessQuiet(world, ...(await whatStays(pruning, () => false, how)));
			return report.finish({ withSummary: false });
		}
		const isLoss = changes.length + attached.length > 0;
		if (asks && isLoss && !(await isAgreed(pruning, how)))
			return report.cancelled();
		return await report.whatIsDone(() => carryOutPruning(pruning, report, how));
	});
}
