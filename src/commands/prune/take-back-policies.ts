import {
	type PolicyWriting,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { warn } from "../../actions/tell.ts";
import { groupsBy } from "../../core/groups.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { isFatal } from "../../errors.ts";
import type { World } from "../../world.ts";

/**
 * Takes away the policies of sources that were deleted. Outside the source namespace anybody may have written
 * that there are some: those are not asked for one by one. What may not be read or deleted is a warning: the
 * pull secret is gone, and a kubelet passes over a name without a Secret.
 */
export async function takeBackPolicies(
	deleted: readonly PullSecret[],
	sourceNamespace: string,
	{ world, ...how }: PolicyWriting & { readonly world: Pick<World, "emit"> },
): Promise<void> {
	const groups = groupsBy(deleted.filter(isByPolicy), ({ namespace, name }) =>
		namespace === sourceNamespace ? name : "",
	);
	for (const sources of groups)
		try {
			await writePolicies(await policyRemovals(sources, how.cluster), how);
		} catch (error) {
			if (isFatal(error)) throw error;
			warn(world, {
				cause: "policies-kept",
				sources: sources.map(sourceRef),
				error,
			});
		}
}
