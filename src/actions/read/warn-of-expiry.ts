import { argumentFor } from "../../core/pull-secrets/entry-naming.ts";
import { expiriesOf, expiryWarning } from "../../core/pull-secrets/expiry.ts";
import { onRegistry } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { warningLine } from "../../report/failure.ts";
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
				warningLine(
					warning,
					{
						words: "replace it with",
						script: onRegistry(
							"rotate",
							source,
							["--registry-server"],
							argumentFor(expiry.key, registriesOf(source.content)),
						),
					},
					cluster.contextFlags,
				),
			);
	}
}
