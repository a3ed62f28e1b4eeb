import { expiriesOf, nearEnd } from "../../core/pull-secrets/expiry.ts";
import { rotating } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import type { World } from "../../world.ts";
import { warn } from "../tell.ts";

/** Says of a source which credentials have expired or soon will, before they are everywhere. */
export function warnOfExpiry(source: PullSecret, world: World): void {
	for (const expiry of expiriesOf(source)) {
		const end = nearEnd(expiry, world.clock.now());
		if (end !== undefined)
			warn(world, {
				cause: "credential-expiring",
				...end,
				script: rotating(source, expiry.key, registriesOf(source.content)),
			});
	}
}
