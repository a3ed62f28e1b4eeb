import type { ChangeFormat } from "../../actions/apply/change-report.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { warnOfExpiry } from "../../actions/read/warn-of-expiry.ts";
import { type ChangeResult, tally } from "../../core/output/result.ts";
import { matchesGlob } from "../../core/pull-secrets/desired.ts";
import { SYSTEM_NAMESPACES } from "../../core/pull-secrets/namespace-facts.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { AbortedError, EXIT, UsageError } from "../../errors.ts";
import { changeLine, changeName, summary } from "../../report/changes.ts";
import type { Cluster, World } from "../../world.ts";
import { runController } from "./controller.ts";
import type { SyncSettings } from "./options.ts";
import type { Watched } from "./reflectors.ts";

/** What `sync --watch` was told. */
export type WatchSync = Omit<SyncSettings, "dryRun">;

/**
 * Keeps copies equal to their source until it is interrupted, whose AbortedError it
 * throws, or nobody reads its output any more. A line an event; with `-o json` an
 * object on a line of its own, with the time.
 */
export async function watchSync(
	options: WatchSync,
	cluster: Cluster,
	world: World,
): Promise<number> {
	const { out, err } = world.streams;
	const watched = watchedOf(options);
	const { owner } = options;
	const source = await findSource(
		cluster,
		new ContentReader(),
		options.source,
		world,
	);
	const { namespace, name } = source;
	warnOfExpiry(source, cluster, world);
	const counts = tally([]);
	const gone = out.gone ?? new AbortController().signal;
	try {
		return await runController({
			rules: {
				owner,
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
				if (result.reason !== "") err.write(`${result.reason}\n`);
				const line = lineOf(result, options.output, world.clock.now());
				if (line !== undefined) out.write(line);
			},
			onNote: (line) => err.write(`${line}\n`),
			onReady(results) {
				if (options.quiet) return;
				err.write(`${summary(results, "none")}Watching for changes.\n`);
			},
		});
	} catch (error) {
		if (gone.aborted) return EXIT.done;
		if (error instanceof AbortedError && !options.quiet)
			err.write(
				`stopped: ${counts.created} created, ${counts.configured} configured, ${counts.deleted} deleted, ${counts.failed} failed\n`,
			);
		throw error;
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

function lineOf(
	result: ChangeResult,
	output: ChangeFormat | undefined,
	now: number,
): string | undefined {
	if (output === "json")
		return `${JSON.stringify({ time: new Date(now).toISOString(), ...result })}\n`;
	return output === "name" ? changeName(result) : changeLine(result, "none");
}
