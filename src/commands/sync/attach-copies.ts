import { editAccounts } from "../../actions/accounts/edit-accounts.ts";
import {
	type AccountChoice,
	findAccounts,
} from "../../actions/accounts/find-accounts.ts";
import { warnOfOldPods } from "../../actions/accounts/warn-of-old-pods.ts";
import type {
	Selection,
	Target,
} from "../../actions/read/select-namespaces.ts";
import { planAttach } from "../../core/accounts/attachment.ts";
import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import type { Cluster, World } from "../../world.ts";

/** What `sync --attach` attaches. */
export interface AttachOptions {
	readonly cluster: Cluster;
	readonly world: World;
	readonly dryRun: DryRun;
	readonly selection: Selection;
	/** The selected namespaces, the source's own among them. */
	readonly targets: readonly Target[];
	readonly accounts: AccountChoice;
	readonly source: { readonly namespace: string; readonly name: string };
	readonly onResult: (result: ChangeResult) => void;
}

/** Lets service accounts pull with the key in every selected namespace that has it now. */
export async function attachCopies(
	results: readonly ChangeResult[],
	how: AttachOptions,
): Promise<void> {
	const { cluster, world, source } = how;
	const keyed = new Set([
		source.namespace,
		...results
			.filter(({ kind, action }) => kind === "Secret" && HAS_KEY.has(action))
			.map(({ namespace }) => namespace),
	]);
	const accounts = await findAccounts(
		cluster,
		how.selection,
		how.targets.filter(({ namespace }) => keyed.has(namespace)),
		how.accounts,
	);
	const changed = await editAccounts(accounts, {
		cluster,
		clock: world.clock,
		interrupt: world.interrupt,
		dryRun: how.dryRun,
		plan: (account) => planAttach(account, source.name),
		awaitDefault: true,
		onResult: how.onResult,
	});
	await warnOfOldPods(cluster, changed, world);
}

const HAS_KEY: ReadonlySet<string> = new Set([
	"created",
	"configured",
	"unchanged",
]);
