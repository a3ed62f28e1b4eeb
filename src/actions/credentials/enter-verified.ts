import {
	endsWithItsJob,
	nearEnd,
	termOf,
} from "../../core/pull-secrets/expiry.ts";
import type { World } from "../../world.ts";
import { tellUnlessQuiet, warn } from "../tell.ts";
import { type CredentialInput, enterCredentials } from "./credential-input.ts";
import { ageOf, type EnteredCredential } from "./entered-credential.ts";
import { type VerifyOptions, verifyCredentials } from "./verify-credentials.ts";

/**
 * The credentials of a command line, and tried where that is wanted, or is not said and `byDefault` holds. Tells what is
 * to be known of them. Throws what entering and verifying throw.
 */
export async function enterVerified(
	input: CredentialInput,
	{
		verifying,
		...how
	}: {
		readonly verifying: VerifyOptions;
		readonly byDefault: boolean;
		readonly yes: boolean;
		/** How long it is good, in milliseconds, as the person said. */
		readonly expiresIn: number | undefined;
	},
	world: World,
): Promise<EnteredCredential[] | "cancelled"> {
	const entered = await enterCredentials(input, verifying, world);
	const say = (one: EnteredCredential) => {
		const { server, warnings, from } = one;
		if (from !== undefined)
			tellUnlessQuiet(world, {
				cause: "credential-found",
				key: server.key,
				from,
			});
		warn(world, ...server.warnings, ...warnings);
		sayHowLong(one, how.expiresIn, world);
	};
	for (const one of entered) say(one);
	return (verifying.wanted ?? how.byDefault)
		? verifyCredentials(entered, verifying, { ...how, say }, world)
		: entered;
}

/** How long a new credential is good, where that is known; a warning where it is not for long. */
function sayHowLong(
	entered: EnteredCredential,
	expiresIn: number | undefined,
	world: World,
): void {
	const {
		server: { key },
		credential,
	} = entered;
	const now = world.clock.now();
	const term = termOf(key, credential, ageOf(entered, expiresIn, now));
	const end = term && nearEnd({ key, ...term }, now);
	if (end !== undefined) warn(world, { cause: "credential-expiring", ...end });
	else if (term !== undefined)
		tellUnlessQuiet(world, {
			cause: "credential-valid",
			key,
			left: term.at - now,
		});
	else if (endsWithItsJob(credential))
		warn(world, { cause: "credential-of-job", key });
}
