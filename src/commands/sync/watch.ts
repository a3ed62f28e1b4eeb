import { findSource } from "../../actions/read/find-source.ts";
import type { Outcome } from "../../core/document.ts";
import { Vitals } from "../../core/in-cluster/vitals.ts";
import { tally } from "../../core/output/result.ts";
import { matchesGlob } from "../../core/pull-secrets/desired.ts";
import { SYSTEM_NAMESPACES } from "../../core/pull-secrets/namespace-facts.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { AbortedError, EXIT, UsageError } from "../../errors.ts";
import { summary } from "../../report/changes.ts";
import type { Cluster, ListenAddress, World } from "../../world.ts";
import { runController } from "./controller.ts";
import type { SyncSettings } from "./options.ts";
import type { Watched } from "./reflectors.ts";
import { serveHealth } from "./serve-health.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

/** What `sync --watch` was told. */
export interface WatchSync extends Omit<SyncSettings, "dryRun"> {
	readonly health: ListenAddress | undefined;
}

/**
 * Keeps copies equal to their source until it is interrupted, whose AbortedError it
 * throws, or nobody reads its output any more. Tells of each change by itself.
 */
export async function watchSync(
	options: WatchSync,
	cluster: Cluster,
	world: World,
): Promise<Outcome> {
	const { out } = world.streams;
	const watched = watchedOf(options);
	const source = await findSource(
		cluster,
		new ContentReader(),
		options.source,
		world,
	);
	const { namespace, name } = source;
	warnOfExpiry(source, world);
	const counts = tally([]);
	const vitals = new Vitals();
	const health =
		options.health && (await serveHealth(options.health, vitals, world));
	const gone = out.gone ?? new AbortController().signal;
	try {
		return await runController({
			rules: {
				source: { namespace, name },
				copyLabels: options.copyLabels,
				force: options.force,
				replace: options.force && options.yes,
				prune: options.prune,
			},
			watched,
			attach: options.attach,
			cluster,
			world,
			interrupt: AbortSignal.any([world.interrupt, gone]),
			onResult(result) {
				counts[result.action] += 1;
				world.emit({ type: "change", result });
			},
			onNote: (message) => world.emit({ type: "note", message }),
			heard: (what) => vitals.heard(what, world.clock.now()),
			onReady(results) {
				vitals.ready();
				world.emit({
					type: "note",
					message: [summary(results, "none"), "Watching for changes."],
					unlessQuiet: true,
				});
			},
		});
	} catch (error) {
		if (gone.aborted)
			return { status: EXIT.done, document: { kind: "nothing" } };
		if (error instanceof AbortedError)
			world.emit({
				type: "note",
				message: `stopped: ${counts.created} created, ${counts.configured} configured, ${counts.deleted} deleted, ${counts.failed} failed`,
				unlessQuiet: true,
			});
		throw error;
	} finally {
		await health?.close();
	}
}

function watchedOf({ selection, exclude }: WatchSync): Watched {
	switch (selection.by) {
		case "names":
			return {
				by: "names",
				names: selection.names.filter((name) => !matchesGlob(name, exclude)),
			};
		case "ask":
		case "needed":
			throw new UsageError(
				"--watch: say which namespaces: -n NAMESPACE, -A, -l SELECTOR or --injected",
				true,
			);
		case "all":
		case "label":
			return {
				by: "list",
				query:
					selection.by === "label" ? { labelSelector: selection.selector } : {},
				excludes: (name) =>
					SYSTEM_NAMESPACES.includes(name) || matchesGlob(name, exclude),
			};
	}
}
