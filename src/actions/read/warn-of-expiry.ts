import { withContextFlags } from "../../core/output/context-flags.ts";
import { expiriesOf, expiryWarning } from "../../core/pull-secrets/expiry.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { displayHost } from "../../core/registry/server.ts";
import type { Cluster, World } from "../../world.ts";

/** Says of a source which credentials have expired or soon will, before they are everywhere. */
export function warnOfExpiry(
	source: PullSecret,
	cluster: Cluster,
	world: World,
): void {
	for (const expiry of expiriesOf(source.content, source.annotations)) {
		const warning = expiryWarning(expiry, world.clock.now());
		if (warning !== undefined)
			world.streams.err.write(
				`Warning: ${warning}; replace it with '${withContextFlags(`kubectl meshreg rotate ${source.name} -n ${source.namespace} --registry-server ${displayHost(expiry.key)}`, cluster.reach)}'\n`,
			);
	}
}
