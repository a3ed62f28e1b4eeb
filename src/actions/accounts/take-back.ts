import {
	ATTACHED_SELECTOR,
	attachedKeys,
	planDetach,
} from "../../core/accounts/attachment.ts";
import type { ChangeResult, DryRun } from "../../core/output/result.ts";
import { isFatal } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { type AccountTarget, editAccounts } from "./edit-accounts.ts";

/** How the taking back is carried out. */
interface TakeBackOptions {
	readonly cluster: Cluster;
	readonly world: Pick<World, "clock" | "interrupt" | "emit">;
	readonly dryRun: DryRun;
	/** Where to look; none: everywhere. */
	readonly namespaces: readonly string[];
	readonly onResult: (result: ChangeResult) => void;
}

/**
 * Takes the deleted pull secrets among `results` out of the service accounts
 * that attach added them to. What may not be read or changed is a warning: the
 * keys are gone, and a kubelet passes over a name without a Secret.
 */
export async function takeBackAttached(
	results: readonly ChangeResult[],
	how: TakeBackOptions,
): Promise<void> {
	const deleted = Map.groupBy(
		results.filter(({ action }) => action === "deleted"),
		({ name }) => name,
	);
	if (deleted.size === 0) return;
	const { cluster, world, dryRun, onResult } = how;
	let attached: AccountTarget[];
	try {
		attached = await attachedAccounts(how);
	} catch (error) {
		if (isFatal(error)) throw error;
		world.emit({
			type: "warning",
			note: { cause: "accounts-kept", error },
		});
		return;
	}
	for (const [key, gone] of deleted) {
		const places = new Set(gone.map(({ namespace }) => namespace));
		const targets = attached.filter(
			({ namespace, listed }) =>
				places.has(namespace) &&
				listed !== undefined &&
				attachedKeys(listed).includes(key),
		);
		await editAccounts(targets, {
			cluster,
			world,
			dryRun,
			plan: (account) => planDetach(account, key),
			awaitDefault: false,
			onResult: (result) => onResult(leniently(result)),
		});
	}
}

async function attachedAccounts({
	cluster,
	namespaces,
}: TakeBackOptions): Promise<AccountTarget[]> {
	const scopes =
		namespaces.length === 0
			? [{}]
			: namespaces.map((namespace) => ({ namespace }));
	const found: AccountTarget[] = [];
	for (const scope of scopes)
		for await (const { items } of cluster.pages("ServiceAccount", {
			...scope,
			labelSelector: ATTACHED_SELECTOR,
		}))
			for (const listed of items) {
				const { namespace = "", name = "" } = listed.metadata;
				found.push({ namespace, name, listed });
			}
	return found;
}

function leniently(result: ChangeResult): ChangeResult {
	return result.why?.cause === "forbidden"
		? { ...result, action: "skipped" }
		: result;
}
