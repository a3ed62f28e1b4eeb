import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import { type Finding, finding } from "../../core/check/finding.ts";
import { entriesOf } from "../../core/pull-secrets/content-fault.ts";
import { argumentFor } from "../../core/pull-secrets/entry-naming.ts";
import type { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	registriesOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { registryOf } from "../../core/registry/server.ts";
import { displayKey } from "../../core/registry/url.ts";
import {
	describeVerification,
	type Verification,
} from "../../core/registry/verification.ts";
import type { World } from "../../world.ts";

/** Asks each registry of a source about its credential. Throws the interrupt's AbortedError. */
export async function verifySource(
	source: PullSecret,
	trust: Trust,
	mending: Fixes,
	world: World,
): Promise<Finding[]> {
	const registry = await world.registry();
	const authorities = await readAuthorities(trust, world);
	return Promise.all(
		// That an entry is empty has been told without asking anybody.
		[...entriesOf(source.content)]
			.filter(([, entry]) => entry.credentialForAll() !== undefined)
			.map(async ([written, entry]) => {
				const key = registryOf(written);
				const namespaces = [source.namespace];
				if (key === undefined)
					return finding(
						"credentials",
						"warning",
						`${sourceRef(source)}: ${displayKey(written)} is no host that could be asked`,
						{ cause: "unverifiable", namespaces },
					);
				const { insecure } = trust;
				const verification = await registry.verify(
					{ key, credential: entry.credential(), insecure },
					authorities,
				);
				const status = STATUS[verification.outcome];
				return finding(
					"credentials",
					status,
					`${sourceRef(source)}: ${describeVerification(verification, key)}`,
					{
						cause: status === "ok" ? "" : verification.outcome,
						namespaces,
						fix:
							verification.outcome === "rejected"
								? mending.rotate(
										argumentFor(written, registriesOf(source.content)) ?? "",
									)
								: undefined,
					},
				);
			}),
	);
}

const STATUS: Record<Verification["outcome"], Finding["status"]> = {
	good: "ok",
	rejected: "problem",
	"cannot-pull": "problem",
	unverifiable: "warning",
	unreachable: "unknown",
};
