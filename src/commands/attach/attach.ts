import { changeAccounts } from "../../actions/accounts/change-accounts.ts";
import { warnOfOldPods } from "../../actions/accounts/warn-of-old-pods.ts";
import { inParallel } from "../../actions/in-parallel.ts";
import { warn } from "../../actions/tell.ts";
import type { RunOf } from "../../command.ts";
import type { Action, ChangeResult } from "../../core/output/result.ts";
import { sequence } from "../../core/output/shell.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { attachByPolicy } from "./by-policy.ts";
import type { AttachOptions } from "./command.ts";

export const run: RunOf<AttachOptions> = async (change, world) =>
	change.byPolicy
		? attachByPolicy(change, world)
		: changeAccounts(change, world, {
				gives: true,
				after: async (cluster, changed, results, key) => {
					await warnOfMissingKey(cluster, results, key, change, world);
					await warnOfOldPods(cluster, changed, world);
				},
			});

/** Up to so many namespaces are asked one by one, as a Role there allows; beyond, nothing is said. */
const ASKED = 20;

/** After these an account names the pull secret. */
const NAMES_IT: ReadonlySet<Action> = new Set(["configured", "unchanged"]);

/**
 * Says where accounts name a pull secret, since now or before, that is not in their namespace: kubelets
 * skip such a name, so a mistyped one would only be noticed when a pod cannot pull. Where Secrets may not
 * be read, it says nothing.
 */
async function warnOfMissingKey(
	cluster: Cluster,
	results: readonly ChangeResult[],
	name: string,
	{ source: choice }: AttachOptions,
	world: Pick<World, "emit">,
): Promise<void> {
	const namespaces = [
		...new Set(
			results
				.filter(({ kind }) => kind === "ServiceAccount")
				.filter(({ action }) => NAMES_IT.has(action))
				.map(({ namespace }) => namespace),
		),
	];
	if (namespaces.length > ASKED) return;
	const isMissing = async (namespace: string): Promise<boolean> => {
		try {
			await cluster.read("Secret", { namespace, name });
			return false;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			return error.status === 404;
		}
	};
	const looks = await inParallel(namespaces.sort(), isMissing);
	const missing = namespaces.filter((_, at) => looks[at]);
	if (missing.length === 0) return;
	const source = choice.namespace ?? cluster.namespace;
	// Without a source there is nothing that sync could copy.
	const exists = !(await isMissing(source));
	const fixes = new Fixes({ namespace: source, name, exists });
	const elsewhere = missing.filter((namespace) => namespace !== source);
	warn(world, {
		cause: "secret-missing",
		name,
		namespaces: missing,
		...(!exists && { source }),
		script: sequence([
			...(exists ? [] : [fixes.createSource()]),
			...(elsewhere.length > 0 ? [fixes.sync(elsewhere)] : []),
		]),
	});
}
