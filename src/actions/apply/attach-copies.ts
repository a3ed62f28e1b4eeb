import { planAttach } from "../../core/accounts/attachment.ts";
import { groupsBy } from "../../core/groups.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { editAccounts } from "../accounts/edit-accounts.ts";
import { findAccounts } from "../accounts/find-accounts.ts";
import { warnOfOldPods } from "../accounts/warn-of-old-pods.ts";
import type { Run } from "./deliver.ts";
import type { Targets } from "./targets.ts";

/**
 * Lets service accounts pull with a source in its own namespace and in those that have a copy now,
 * each those that the record or the command line names there.
 */
export async function attachCopies(
	source: PullSecret,
	targets: Pick<Targets, "serve" | "atSource" | "listed">,
	{ cluster, world, report, dryRun }: Run,
): Promise<void> {
	const served = new Set(
		report.results
			.filter(
				({ kind, name, action }) =>
					kind === "Secret" && name === source.name && HAS_COPY.has(action),
			)
			.map(({ namespace }) => namespace),
	);
	const places = [
		...(targets.atSource === undefined
			? []
			: [{ namespace: source.namespace, attach: targets.atSource }]),
		...targets.serve.filter(({ namespace }) => served.has(namespace)),
	].filter(({ attach }) => attach.length > 0);
	const groups = groupsBy(places, ({ attach }) => attach.join(","));
	const changed: ServiceAccount[][] = [];
	for (const group of groups) {
		const [{ attach }] = group;
		const names = group.map(({ namespace }) => namespace);
		const accounts = await findAccounts(
			cluster,
			targets.listed ? { by: "all" } : { by: "names", names },
			names.map((namespace) => ({ namespace, terminating: false })),
			attach.includes("*") ? { by: "all" } : { by: "names", names: attach },
		);
		changed.push(
			await editAccounts(accounts, {
				cluster,
				world,
				dryRun,
				plan: (account) => planAttach(account, source.name),
				awaitDefault: true,
				onResult: report.add,
			}),
		);
	}
	await warnOfOldPods(cluster, changed.flat(), world);
}

const HAS_COPY: ReadonlySet<string> = new Set([
	"created",
	"configured",
	"unchanged",
]);
