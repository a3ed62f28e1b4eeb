import { onCluster } from "../../actions/on-cluster.ts";
import { findSource } from "../../actions/read/find-source.ts";
import { reading } from "../../actions/read/read-keys.ts";
import { readManifests } from "../../actions/read/read-manifests.ts";
import { tellError, warn } from "../../actions/tell.ts";
import { NOTHING, type RunOf } from "../../command.ts";
import { findCollisions } from "../../core/kubelet/image-reference.ts";
import type { Injected, Injection } from "../../core/manifest/inject.ts";
import type { ManifestPart } from "../../core/manifest/join.ts";
import { desiredCopy } from "../../core/pull-secrets/plan.ts";
import {
	type PullSecret,
	secretOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { EXIT, type OperationError } from "../../errors.ts";
import { json, yaml } from "../../report/structured.ts";
import type { World } from "../../world.ts";
import type { InjectOptions } from "./command.ts";

export const run: RunOf<InjectOptions> = async (options, world) => {
	warn(world, ...(options.registry?.warnings ?? []));
	// Templates name what is appended to them, which may be the only source there is, of whatever name.
	const { source } = options;
	const found = options.withSecret
		? await onCluster(world, options.connection, async (cluster) => ({
				source: await findSource(reading(cluster), source, world),
				namespace: cluster.namespace,
			}))
		: undefined;
	const { files, failed } = await injectFiles(
		options.paths,
		options.recursive,
		{
			secret: found?.source.name ?? source.name ?? source.usual,
			fix: options.fix,
			serviceAccounts: options.serviceAccounts,
			...(options.registry && { registry: options.registry.root }),
		},
		world,
	);
	const collisions = findCollisions(files.flatMap(({ images }) => images));
	for (const collision of collisions)
		tellError(world, { cause: "images-collide", collision });
	// What one of the two needs would run under the other's name: better nothing than that.
	if (collisions.length > 0) return { status: EXIT.failed, document: NOTHING };
	const secrets =
		found && (await secretsFor(files, found.source, found.namespace));
	const { joinManifests } = await import("../../core/manifest/join.ts");
	return {
		status: failed ? EXIT.failed : EXIT.done,
		document: {
			kind: "text",
			text: joinManifests(secrets ? [...files, secrets] : files),
		},
	};
};

/** Every file, one after the other; what cannot be read or edited is reported and left out. */
async function injectFiles(
	paths: readonly string[],
	recursive: boolean,
	injection: Injection,
	world: World,
) {
	const { injectManifest } = await import("../../core/manifest/inject.ts");
	const files: Injected[] = [];
	let failed = false;
	const fail = (error: OperationError): void => {
		world.emit({ type: "failure", error });
		failed = true;
	};
	const take = (text: string, file: string): void => {
		const injected = injectManifest(text, file, injection);
		warn(world, ...injected.warnings);
		files.push(injected);
	};
	await readManifests(paths, recursive, world, take, fail);
	if (files.every(({ namespaces }) => namespaces.size === 0) && !failed)
		warn(world, { cause: "no-pod-templates" });
	return { files, failed };
}

/** The copies that sync would make where the manifests go, as one more of them; `namespace`: of what names none. */
async function secretsFor(
	files: readonly Injected[],
	source: PullSecret,
	namespace: string,
): Promise<ManifestPart> {
	const named = (of: "namespaces" | "provided") =>
		new Set(
			files.flatMap((file) => [...file[of]]).map((name) => name ?? namespace),
		);
	const wanted = [...named("namespaces").difference(named("provided"))];
	const asJson = files.every(({ json }) => json);
	const texts = await Promise.all(
		wanted
			.filter((at) => at !== source.namespace)
			.toSorted()
			.map(async (at) => {
				const secret = secretOf(desiredCopy(source, at));
				return asJson ? json(secret) : `---\n${await yaml(secret)}`;
			}),
	);
	return { text: texts.join(""), json: asJson };
}
