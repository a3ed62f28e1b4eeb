import { planAttach } from "../../core/accounts/attachment.ts";
import type { Script } from "../../core/output/shell.ts";
import { syncing } from "../../core/pull-secrets/fixes.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { isEmptyRecord } from "../../core/pull-secrets/record.ts";
import { OperationError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { recordOf } from "./change-record.ts";
import type { CopySettings } from "./copy-settings.ts";
import type { Run } from "./deliver.ts";

/** So many namespaces stand in the command that comes next, and so many are looked at for it. */
const NEXT_NAMES = 20;

/**
 * What a person at a terminal does after copies were delivered: attaches new ones, and copies a source that was made
 * here. Undefined where there is nothing of the kind, or pods pull with it already.
 */
export async function nextCommand(
	source: PullSecret,
	{
		selection,
		attach,
		exclude,
		once,
	}: Pick<CopySettings, "selection" | "attach" | "exclude" | "once">,
	{ cluster, report, world, dryRun }: Run,
): Promise<Script | undefined> {
	if (!world.streams.interactive || dryRun !== "none") return undefined;
	const created = report.results.filter(
		({ kind, action }) => kind === "Secret" && action === "created",
	);
	const copies = created.filter(
		({ namespace }) => namespace !== source.namespace,
	);
	if (copies.length === 0) {
		const record =
			created.length > 0 && selection.by === "record" && recordOf(source);
		return record && isEmptyRecord(record)
			? syncing(source, "--attach")
			: undefined;
	}
	if (once || attach.length > 0 || exclude.length > 0) return undefined;
	if (isByPolicy(source)) return undefined;
	// Where the record names accounts, they have been attached.
	const attached = new Set(
		report.results.flatMap(({ kind, namespace }) =>
			kind === "ServiceAccount" ? [namespace] : [],
		),
	);
	const places = copies.flatMap(({ namespace }) =>
		attached.has(namespace) ? [] : [namespace],
	);
	const lacking = await lackingAttachment(
		source.name,
		places.slice(0, NEXT_NAMES),
		cluster,
	);
	if (lacking.length === 0) return undefined;
	switch (selection.by) {
		case "names": {
			// Where there is no copy it would fail once more.
			const without = new Set(
				report.results.flatMap(({ action, namespace }) =>
					action === "failed" || action === "skipped" ? [namespace] : [],
				),
			);
			const names = selection.names.filter((name) => !without.has(name));
			return syncing(source, "-n", names.join(","), "--attach");
		}
		case "all":
			return syncing(source, "-A", "--attach");
		case "selector":
			return syncing(source, "-l", selection.selector.text, "--attach");
		case "record":
			// Nobody reads a line of hundreds of names.
			return places.length > NEXT_NAMES
				? undefined
				: syncing(source, "-n", lacking.join(","), "--attach");
		case "injected":
		case "needed":
			return undefined;
	}
}

/** Those of the namespaces whose default account does not reference the secret, as far as this user may know. */
async function lackingAttachment(
	secret: string,
	namespaces: readonly string[],
	cluster: Cluster,
): Promise<string[]> {
	const lacking = await Promise.all(
		namespaces.map(async (namespace) => {
			try {
				const account = await cluster.read("ServiceAccount", {
					namespace,
					name: "default",
				});
				return planAttach(account, secret).patch !== undefined;
			} catch (error) {
				if (!(error instanceof OperationError)) throw error;
				return true;
			}
		}),
	);
	return namespaces.filter((_, at) => lacking[at]);
}
