import type { Script } from "../../core/output/shell.ts";
import {
	nextAfterCopies,
	nextAfterSource,
} from "../../core/pull-secrets/next.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { recordOf } from "./change-record.ts";
import type { CopySettings } from "./copy-settings.ts";
import type { Run } from "./deliver.ts";

/** So many namespaces stand in the command that comes next. */
const NEXT_NAMES = 20;

/**
 * What a person at a terminal does after copies were delivered: new ones are of use once an
 * account names them, and a source that was made here once it has copies. Undefined elsewhere,
 * and where nothing of the kind was done.
 */
export function nextCommand(
	source: PullSecret,
	{
		selection,
		attach,
		exclude,
		once,
	}: Pick<CopySettings, "selection" | "attach" | "exclude" | "once">,
	{ report, world, dryRun }: Run,
): Script | undefined {
	if (!world.streams.interactive || dryRun !== "none") return undefined;
	const created = report.results.filter(
		({ kind, action }) => kind === "Secret" && action === "created",
	);
	const copies = created.filter(
		({ namespace }) => namespace !== source.namespace,
	);
	if (copies.length === 0)
		return created.length > 0 &&
			selection.by === "record" &&
			recordOf(source)?.entries.length === 0
			? nextAfterSource(source, { isSent: false })
			: undefined;
	if (once || attach !== undefined || exclude.length > 0) return undefined;
	switch (selection.by) {
		case "names":
			return nextAfterCopies(source, ["-n", selection.names.join(",")]);
		case "all":
			return nextAfterCopies(source, ["-A"]);
		case "label":
			return nextAfterCopies(source, ["-l", selection.selector]);
		case "record": {
			// Where the record names accounts, they have been attached.
			const attached = new Set(
				report.results.flatMap(({ kind, namespace }) =>
					kind === "ServiceAccount" ? [namespace] : [],
				),
			);
			const names = copies.flatMap(({ namespace }) =>
				attached.has(namespace) ? [] : [namespace],
			);
			// Nobody reads a line of hundreds of names.
			return names.length === 0 || names.length > NEXT_NAMES
				? undefined
				: nextAfterCopies(source, ["-n", names.join(",")]);
		}
		case "injected":
		case "needed":
			return undefined;
	}
}
