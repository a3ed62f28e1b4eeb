import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import type { SourceFacts } from "../../core/check/facts.ts";
import {
	type Finding,
	finding,
	type Severity,
} from "../../core/check/finding.ts";
import type { Credential } from "../../core/credentials/credential.ts";
import { entriesOf } from "../../core/pull-secrets/content-fault.ts";
import { argumentFor } from "../../core/pull-secrets/entry-naming.ts";
import {
	registriesOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { registryOf } from "../../core/registry/server.ts";
import {
	NO_SINGLE_HOST,
	type Verification,
} from "../../core/registry/verification.ts";
import type { World } from "../../world.ts";

/** Asks each registry of the sources about its credential. Throws the interrupt's AbortedError. */
export async function verifySources(
	sources: readonly SourceFacts[],
	trust: Trust,
	world: World,
): Promise<Finding[]> {
	const registry = await world.registry();
	const authorities = await readAuthorities(trust, world);
	const { insecure } = trust;
	// Parts of one registry may share a credential, which is tried once: directories lock accounts.
	const tried = new Map<string, Promise<Verification>>();
	const verify = (key: string, credential: Credential) =>
		tried.getOrInsertComputed(JSON.stringify([key, credential.basic()]), () =>
			registry.verify({ key, credential, insecure }, authorities),
		);
	return Promise.all(
		sources.flatMap(({ secret, fixes }) =>
			// That an entry is empty has been told without asking anybody.
			[...entriesOf(secret.content)]
				.filter(([, entry]) => entry.credentialForAll() !== undefined)
				.map(async ([written, entry]) => {
					const key = registryOf(written);
					const verification =
						key === undefined
							? NO_SINGLE_HOST
							: await verify(key, entry.credential());
					const { outcome } = verification;
					return finding("credentials", SEVERITIES[outcome], {
						about: {
							cause: "verification",
							ref: sourceRef(secret),
							key: key ?? written,
							verification,
						},
						namespaces: [secret.namespace],
						fix:
							outcome === "rejected"
								? fixes.rotate(
										argumentFor(written, registriesOf(secret.content)),
									)
								: undefined,
					});
				}),
		),
	);
}

const SEVERITIES: Record<Verification["outcome"], Severity> = {
	good: "ok",
	rejected: "problem",
	"cannot-pull": "problem",
	unverifiable: "warning",
	// What could not be looked at is no better than what is wrong.
	unreachable: "problem",
};
