import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import {
	type CredentialCheck,
	type Explanation,
	works,
} from "../../core/check/explanation.ts";
import {
	manifestPlace,
	parseImageReference,
} from "../../core/kubelet/image-reference.ts";
import { type KeyringMatch, matchesOf } from "../../core/kubelet/keyring.ts";
import { apiHostOf } from "../../core/registry/server.ts";
import type { Verification } from "../../core/registry/verification.ts";
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
	const { insecure } = trust;
	const registry = await world.registry();
	const authorities = await readAuthorities(trust, world);
	const end = world.clock.elapsed() + IN_ALL;
	const rejected = new Map<string, Verification>();
	const verify = async (
		image: string,
		{ credential, by }: KeyringMatch,
	): Promise<Verification | undefined> => {
		if (credential.isEmpty) return undefined;
		if (by === "fallback")
			return { outcome: "unverifiable", because: { is: "docker-hub" } };
		const { key, ...place } = manifestPlace(parseImageReference(image));
		const id = JSON.stringify([key, credential.basic()]);
		const known = rejected.get(id);
		if (known !== undefined) return known;
		if (world.clock.elapsed() >= end)
			return {
				outcome: "unreachable",
				fault: { host: apiHostOf(key), kind: "unasked" },
			};
		const found = await registry.verify(
			{ key, credential, image: { name: image, ...place }, insecure },
			authorities,
		);
		if (found.outcome === "rejected") rejected.set(id, found);
		return found;
	};
	const all: CredentialCheck[][] = [];
	for (const { answer, image } of explanations) {
		const trials: CredentialCheck[] = [];
		for (const match of matchesOf(answer)) {
			const trial = { match, verification: await verify(image, match) };
			trials.push(trial);
			if (works(trial)) break;
		}
		all.push(trials);
	}
	return all;
}
