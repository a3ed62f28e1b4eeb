import {
	type ContentReader,
	type PullSecret,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	type SourceKnowledge,
	sourcesNamed,
} from "../../core/pull-secrets/source.ts";
import { ApiError } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { readPullSecret } from "./read-keys.ts";

/**
 * What is known of every source that copies among `keys` name, by
 * `NAMESPACE/NAME`: from the keys themselves, else read one by one. Only a 404
 * says that one is gone; 403 says nothing.
 */
export async function readSources(
	cluster: Cluster,
	reader: ContentReader,
	keys: readonly PullSecret[],
): Promise<Map<string, SourceKnowledge>> {
	const byRef = new Map(keys.map((key) => [sourceRef(key), key]));
	const known = new Map<string, SourceKnowledge>();
	for (const ref of sourcesNamed(keys)) {
		const [namespace = "", name = ""] = ref.split("/");
		known.set(
			ref,
			byRef.get(ref) ??
				(await readSource(cluster, reader, { namespace, name })),
		);
	}
	return known;
}

/** What is known of one source: a 403 says nothing. Throws what else the cluster throws. */
export async function readSource(
	cluster: Cluster,
	reader: ContentReader,
	ref: { namespace: string; name: string },
): Promise<SourceKnowledge> {
	if (ref.namespace === "" || ref.name === "") return "unknown";
	try {
		return (await readPullSecret(cluster, reader, ref)) ?? "gone";
	} catch (error) {
		if (error instanceof ApiError && error.status === 403) return "unknown";
		throw error;
	}
}
