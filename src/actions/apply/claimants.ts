import { partition } from "../../core/groups.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { unlessForbidden } from "../../errors.ts";
import { readPullSecrets, secretsNamed } from "../read/read-keys.ts";
import { warn } from "../tell.ts";
import { claimantsOf, type Run } from "./deliver.ts";

/**
 * Warns of what says that it is a copy of a source without a record: what held the source's content before anything
 * was changed, and the rest. Returns the namespaces of the first, sorted: only they are offered to be recorded.
 */
export async function tellClaimants(
	before: PullSecret,
	run: Run,
): Promise<string[]> {
	const all = await unlessForbidden(
		readPullSecrets(run, secretsNamed(before.name)),
	);
	if (all === undefined) {
		warn(run.world, { cause: "claimants-hidden" });
		return [];
	}
	const [alike, different] = partition(
		claimantsOf(before, all),
		({ content }) => content.canonical === before.content.canonical,
	);
	const equal = alike.map(({ namespace }) => namespace);
	if (equal.length > 0)
		warn(run.world, {
			cause: "claimants-equal",
			name: before.name,
			namespaces: equal,
			script: Fixes.of(before).sync(equal),
		});
	if (different.length > 0)
		warn(run.world, {
			cause: "claimants-different",
			name: before.name,
			namespaces: different.map(({ namespace }) => namespace),
		});
	return equal;
}
