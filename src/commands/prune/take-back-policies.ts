import {
	type PolicyWriting,
	policyRemovals,
	writePolicies,
} from "../../actions/accounts/policies.ts";
import { warn } from "../../actions/tell.ts";
import { isByPolicy } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { isFatal } from "../../errors.ts";
import type { World } from "../../world.ts";

/**
 * Takes away the policies of a source that was deleted. What may not be read or deleted is a
 * warning: the pull secret is gone, and a kubelet passes over a name without a Secret.
 */
export async function takeBackPolicies(
	source: PullSecret,
	{ world, ...how }: PolicyWriting & { readonly world: Pick<World, "emit"> },
): Promise<void> {
	if (!isByPolicy(source)) return;
	try {
		await writePolicies(await policyRemovals(source, how.cluster), how);
	} catch (error) {
		if (isFatal(error)) throw error;
		warn(world, {
			cause: "policies-kept",
			source: placeOf(source),
			error,
		});
	}
}
