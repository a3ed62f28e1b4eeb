import { mustAsk } from "../../actions/apply/confirm.ts";
import { warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import { isFailure } from "../../core/output/failure.ts";
import { UsageError, unlessFailed } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { SyncOptions } from "./command.ts";
import { syncCopies } from "./sync-copies.ts";
import { watchSync } from "./watch.ts";

/** The work of `sync`, in one cluster. Throws FailureError, and what the cluster throws. */
export const run: RunOf<SyncOptions> = async (options, world) => {
	warn(world, ...options.notes);
	if (options.prune) mustAsk("--prune", options, world);
	const cluster = options.watch
		? await world.connect(
				{ requestTimeout: LONGEST_REQUEST, ...options.connection },
				{
					// A line of the log like any other: with -o json it is JSON.
					serverSaid: (said) =>
						world.emit({
							type: "log",
							note: { level: "warning", event: "server-warning", said },
						}),
				},
			)
		: await world.connect(options.connection);
	try {
		return options.watch
			? await watchSync(options, cluster, world)
			: await syncCopies(options, cluster, world);
	} catch (error) {
		// There is no source of that name; without -n it may be the namespaces that are missed first.
		if (!(error instanceof UsageError || isFailure(error, "source-missing")))
			throw error;
		const { source, selection } = options;
		const named = selection.by === "names" ? selection.names : [];
		throw (await meantNamespace(source.name, cluster, named)) ?? error;
	} finally {
		await cluster.close();
	}
};

/**
 * In milliseconds, where nobody says otherwise: an API server ends what takes a minute. With nobody to
 * interrupt it, what a proxy never answers would keep its namespace for ever, and all of them once so many
 * are under way as may be, while the watches go on hearing.
 */
const LONGEST_REQUEST = 120_000;

/** What to end with where NAME is a namespace, as far as this user may know, and was meant for -n; `named`: what -n names. */
async function meantNamespace(
	name: string | undefined,
	cluster: Cluster,
	named: readonly string[],
): Promise<UsageError | undefined> {
	if (name === undefined) return undefined;
	const found = await unlessFailed(cluster.read("Namespace", { name }));
	return (
		found &&
		new UsageError(
			`"${name}" is a namespace; did you mean -n ${[...named, name].join(",")}?`,
		)
	);
}
