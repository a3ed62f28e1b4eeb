import { lookUp, matchesOf, readKeyring } from "../../core/kubelet/keyring.ts";
import { podImages } from "../../core/kubelet/pod-images.ts";
import { FailureError } from "../../core/output/failure.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	type PullSecret,
	pullSourceOfKey,
} from "../../core/pull-secrets/pull-secret.ts";
import type { Cluster } from "../../world.ts";

/**
 * How many pods of each namespace use an image for which a kubelet would take a
 * credential of the source, init and ephemeral containers included; none: the namespace is absent. Throws
 * FailureError for a source that a kubelet could not read.
 */
export async function podsInNeed(
	source: PullSecret,
	cluster: Cluster,
): Promise<Map<string, number>> {
	const keyring = readKeyring([pullSourceOfKey(source)]);
	const known = new Map<string, boolean>();
	const needs = (image: string): boolean =>
		known.getOrInsertComputed(image, () => {
			const answer = lookUp(image, keyring);
			if (answer.outcome === "malformed")
				throw new FailureError({
					cause: "secret-malformed",
					...answer,
					script: Fixes.of(source).check(),
				});
			// What is no image is pulled from nowhere.
			return matchesOf(answer).length > 0;
		});
	const counts = new Map<string, number>();
	const pages = cluster.picked("Pod", {}, (pod) => ({
		namespace: pod.metadata.namespace ?? "",
		images: podImages(pod),
	}));
	for await (const { items } of pages)
		for (const { namespace, images } of items)
			if (images.some(needs))
				counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
	return counts;
}
