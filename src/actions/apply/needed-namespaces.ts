import { hasMatch, readKeyring } from "../../core/kubelet/keyring.ts";
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
	if (keyring.malformed !== undefined)
		throw new FailureError({
			cause: "secret-malformed",
			...keyring.malformed,
			script: Fixes.of(source).check(),
		});
	const counts = new Map<string, number>();
	// Nothing else is kept of a pod: it may have tens of thousands of images.
	const pages = cluster.picked("Pod", {}, (pod) =>
		podImages(pod).some((image) => hasMatch(image, keyring))
			? (pod.metadata.namespace ?? "")
			: undefined,
	);
	for await (const { items } of pages)
		for (const namespace of items)
			if (namespace !== undefined)
				counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
	return counts;
}
