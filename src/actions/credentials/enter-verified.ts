import { expiryWarning, lifeOf } from "../../core/pull-secrets/expiry.ts";
import { displayHost } from "../../core/registry/server.ts";
import type { World } from "../../world.ts";
import {
	type CredentialInput,
	type EnteredCredential,
	enterCredentials,
} from "./credential-input.ts";
import { type VerifyOptions, verifyCredentials } from "./verify-credentials.ts";

/**
 * The credentials of a command line, asked for or fetched, and tried where that
 * is wanted, or where the command line does not say and `byDefault` holds. Warnings
 * go to stderr. Throws what entering and verifying throw.
 */
export async function enterVerified(
	input: CredentialInput,
	verifying: VerifyOptions,
	how: { readonly byDefault: boolean; readonly yes: boolean },
	world: World,
): Promise<EnteredCredential[] | "cancelled"> {
	const entered = await enterCredentials(input, world);
	for (const { server, credential, warnings, from } of entered) {
		if (from !== undefined)
			world.emit({
				type: "note",
				message: `using the credential for ${displayHost(server.key)} in ${from}`,
				unlessQuiet: true,
			});
		const now = world.clock.now();
		const life = lifeOf(server.key, credential, now);
		const expiry = life && expiryWarning(life, now);
		for (const warning of [...server.warnings, ...warnings, expiry])
			if (warning !== undefined)
				world.emit({ type: "warning", message: warning });
	}
	return (verifying.wanted ?? how.byDefault)
		? verifyCredentials(entered, verifying, how, world)
		: entered;
}
