import { warn } from "../../actions/tell.ts";
import { NOTHING } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import { findCollisions } from "../../core/kubelet/image-reference.ts";
import { EXIT } from "../../errors.ts";
import type { World } from "../../world.ts";
import type { InjectOptions } from "./command.ts";
import { injectFiles, secretsFor, sourceFor } from "./inject-files.ts";

/** The work of `inject`, in one cluster. Throws FailureError, and what the cluster throws. */
export async function run(
	options: InjectOptions,
	world: World,
): Promise<Outcome> {
	warn(world, ...(options.registry?.warnings ?? []));
	// Templates name what is appended to them, which may be the only source there is, of whatever name.
	const found = options.withSecret
		? await sourceFor(options.source, options.connection, world)
		: undefined;
	const { files, failed } = await injectFiles(
		options.paths,
		options.recursive,
		{
			secret: found?.source.name ?? options.secret,
			fix: options.fix,
			serviceAccounts: options.serviceAccounts,
			...(options.registry && { registry: options.registry.root }),
		},
		world,
	);
	const collisions = findCollisions(files.flatMap(({ images }) => images));
	for (const collision of collisions)
		world.emit({
			type: "error",
			note: { cause: "images-collide", collision },
		});
	// What one of the two needs would run under the other's name: better nothing than that.
	if (collisions.length > 0) return { status: EXIT.failed, document: NOTHING };
	const secrets = found && (await secretsFor(files, found));
	const { joinManifests } = await import("../../core/manifest/join.ts");
	return {
		status: failed ? EXIT.failed : EXIT.done,
		document: {
			kind: "text",
			text: joinManifests(secrets ? [...files, secrets] : files),
		},
	};
}
