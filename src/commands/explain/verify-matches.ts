import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import {
	type CredentialCheck,
	probeOf,
	works,
} from "../../core/explain/credential-check.ts";
import type { Explanation } from "../../core/explain/explanation.ts";
import type { World } from "../../world.ts";

/**
 * Tries the matching credentials at the registry as the kubelet would: one after the other,
 * until one serves. Throws OperationError for a file of authorities that cannot be read.
 */
export async function verifyMatches(
	{ answer, image }: Explanation,
	trust: Trust,
	world: World,
): Promise<CredentialCheck[]> {
	const trials: CredentialCheck[] = [];
	if (answer.outcome !== "answered") return trials;
	const registry = await world.registry();
	const authorities = await readAuthorities(trust, world);
	for (const match of answer.matches) {
		const probe = probeOf(image, match, trust.insecure);
		const trial: CredentialCheck = {
			match,
			verification:
				probe && match.by === "fallback"
					? { outcome: "unverifiable", because: { is: "docker-hub" } }
					: probe && (await registry.verify(probe, authorities)),
		};
		trials.push(trial);
		if (works(trial)) break;
	}
	return trials;
}
