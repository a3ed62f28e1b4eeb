import { pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import {
	isPullSecretType,
	readEntries,
} from "../../core/kubelet/secret-entries.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { Place } from "../../core/output/input-failure.ts";
import { keyProblem } from "../../core/pull-secrets/content-fault.ts";
import { entriesNamed } from "../../core/pull-secrets/entry-naming.ts";
import { ageIn } from "../../core/pull-secrets/expiry.ts";
import {
	displayHost,
	type RegistryServer,
} from "../../core/registry/server.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import { onCluster } from "../on-cluster.ts";
import { readNaming } from "../read/read-namespaces.ts";
import { warn } from "../tell.ts";
import type { EnteredCredential } from "./entered-credential.ts";

/** A pull Secret that is there, whoever made it. */
export interface SecretToTake extends Place {
	readonly connection: ConnectionFlags;
}

/**
 * The credentials of a pull Secret, under the keys that they have there: of the entries that are named, or all. Warns of
 * what carries nothing, and of all of a key that no image matches. Throws FailureError for what cannot be taken; what the
 * cluster throws.
 */
export async function takeFromSecret(
	servers: readonly RegistryServer[],
	{ connection, ...secret }: SecretToTake,
	world: World,
): Promise<EnteredCredential[]> {
	const { there, entries } = await onCluster(world, connection, (cluster) =>
		readSecret(secret, cluster),
	);
	const keys =
		servers.length === 0
			? [...entries.keys()]
			: servers.flatMap(({ key, spelled }) => {
					const named = entriesNamed([...entries.keys()], spelled);
					if (named.length > 0) return named;
					throw new FailureError({
						cause: "registry-absent",
						source: secret,
						registry: displayHost(key),
						has: [...entries.keys()].map(displayHost),
					});
				});
	const taken: EnteredCredential[] = [];
	for (const key of new Set(keys)) {
		const read = entries.get(key)?.stored(key) ?? { found: "nothing" };
		const host = displayHost(key);
		if (read.found === "unusable")
			throw new FailureError({
				cause: "credential-unusable",
				secret,
				key,
				problem: read.problem,
			});
		if (read.found === "nothing") {
			warn(world, { cause: "entry-empty", key, secret });
			continue;
		}
		// A key that was named is told where it is read; rotate writes under the source's own.
		const because = servers.length === 0 ? keyProblem(key) : undefined;
		const problem = because && ({ kind: "key", key, because } as const);
		taken.push({
			server: { key, given: host, spelled: key, warnings: [] },
			credential: read.credential,
			...ageIn(there, key),
			from: { secret },
			asked: false,
			warnings: problem ? [{ cause: "entry-unusable", problem }] : [],
		});
	}
	if (taken.length === 0)
		throw new FailureError({ cause: "secret-empty", secret });
	return taken;
}

async function readSecret(secret: Place, cluster: Cluster) {
	const there = await readNaming("Secret", secret, cluster);
	const { type, data } = pullSourceOf(there);
	if (!isPullSecretType(type))
		throw new FailureError({ cause: "secret-type", secret, type });
	const config = readEntries(type, data ?? "null");
	if (config.ok) return { there, entries: config.auths };
	const { problem } = config;
	const cause = "secret-unreadable";
	throw new FailureError({ cause, secret, to: "take", problem });
}
