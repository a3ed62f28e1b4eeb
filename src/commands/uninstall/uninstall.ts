import { ChangeReport } from "../../actions/apply/change-report.ts";
import { confirmDeletion, mustAsk } from "../../actions/apply/confirm.ts";
import {
	findInstalled,
	type Installed,
	removeInstalled,
} from "../../actions/in-cluster/installed.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { nameMeant, placeMeant } from "../../actions/read/find-source.ts";
import { tell, warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Loss } from "../../core/note.ts";
import type { UninstallOptions } from "./command.ts";

export const run: RunOf<UninstallOptions> = async (options, world) => {
	warn(world, ...options.notes);
	const { dryRun } = options;
	const asks = mustAsk("uninstall", options, world);
	return onCluster(world, options.connection, async (cluster) => {
		const place = placeMeant(options.source, cluster);
		let found = await findInstalled(cluster, place);
		// As install had it; where the source went since, its watch still has the usual name.
		if (found.length === 0) {
			const name = await nameMeant(options.source, cluster, world);
			if (name !== place.name)
				found = await findInstalled(cluster, { ...place, name });
		}
		const report = new ChangeReport(world, cluster);
		if (found.length === 0) tell(world, { cause: "nothing-found" });
		if (
			asks &&
			found.length > 0 &&
			!(await confirmDeletion({ losses: found.map(lossOf) }, cluster, world))
		)
			return report.cancelled();
		return await report.whatIsDone(async () => {
			await removeInstalled(found, { cluster, report, dryRun });
			return report.finish();
		});
	});
};

function lossOf({ kind, metadata: { name = "", namespace } }: Installed): Loss {
	return { verb: "delete", kind, name, namespace };
}
