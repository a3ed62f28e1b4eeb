import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import {
	type CredentialCheck,
	type Explanation,
	probeOf,
	works,
} from "../../core/check/explanation.ts";
import { apiHostOf } from "../../core/registry/server.ts";
import type { Probe, Verification } from "../../core/registry/verification.ts";
import type { World } from "../../world.ts";

/** So long, in milliseconds, registries are asked in all: whoever makes a pod decides how many it takes, and how slow they are. */
const IN_ALL = 15 * 60_000;

/**
 * Tries the credentials that match each image at its registry as the kubelet would: one after the other, until
 * one serves. One that its registry rejects is not sent for another image: directories lock an account for a few
 * more. Throws OperationError for a file of authorities that cannot be read.
 */
export async function verifyMatches(
	explanations: readonly Explanation[],
	trust: Trust,
	world: World,
): Promise<CredentialCheck[][]> {
	const registry = await world.registry();
	const authorities = await readAuthorities(trust, world);
	const end = world.clock.elapsed() + IN_ALL;
	const rejected = new Map<string, Verification>();
	const verify = async (probe: Probe): Promise<Verification> => {
		const id = JSON.stringify([probe.key, probe.credential.basic()]);
		const known = rejected.get(id);
		if (known !== undefined) return known;
		if (world.clock.elapsed() >= end)
			return {
				outcome: "unreachable",
				fault: { host: apiHostOf(probe.key), kind: "unasked" },
			};
		const found = await registry.verify(probe, authorities);
		if (found.outcome === "rejected") rejected.set(id, found);
		return found;
	};
	const all: CredentialCheck[][] = [];
	for (const { answer, image } of explanations) {
		const trials: CredentialCheck[] = [];
		for (const match of answer.outcome === "answered" ? answer.matches : []) {
			const probe = probeOf(image, match, trust.insecure);
			const trial: CredentialCheck = {
				match,
				verification:
					probe && match.by === "fallback"
						? { outcome: "unverifiable", because: { is: "docker-hub" } }
						: probe && (await verify(probe)),
			};
			trials.push(trial);
			if (works(trial)) break;
		}
		all.push(trials);
	}
	return all;
}
