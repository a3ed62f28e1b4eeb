import { onCluster } from "../../actions/on-cluster.ts";
import {
	findSource,
	type SourceChoice,
} from "../../actions/read/find-source.ts";
import { readManifests } from "../../actions/read/read-manifests.ts";
import { warn } from "../../actions/tell.ts";
import type { RewrittenImage } from "../../core/kubelet/image-reference.ts";
import type { Injection } from "../../core/manifest/inject.ts";
import type { ManifestPart } from "../../core/manifest/join.ts";
import { desiredCopies } from "../../core/pull-secrets/desired.ts";
import {
	ContentReader,
	type PullSecret,
	secretOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { OperationError } from "../../errors.ts";
import { json, yaml } from "../../report/structured.ts";
import type { ConnectionFlags, World } from "../../world.ts";

/** What came of all files. */
interface InjectedFiles {
	readonly parts: ManifestPart[];
	/** Of the workloads; undefined where one names none. */
	readonly namespaces: Set<string | undefined>;
	/** Those for which the manifests bring the Secret themselves. */
	readonly provided: Set<string | undefined>;
	readonly images: RewrittenImage[];
	readonly failed: boolean;
}

/** Every file, one after the other; what cannot be read or edited is reported and left out. */
export async function injectFiles(
	paths: readonly string[],
	recursive: boolean,
	injection: Injection,
	world: World,
): Promise<InjectedFiles> {
	const { injectManifest } = await import("../../core/manifest/inject.ts");
	let failed = false;
	const done: Omit<InjectedFiles, "failed"> = {
		parts: [],
		namespaces: new Set(),
		provided: new Set(),
		images: [],
	};
	const fail = (error: OperationError): void => {
		world.emit({ type: "failure", error });
		failed = true;
	};
	for await (const manifest of readManifests(paths, recursive, world)) {
		if ("failure" in manifest) {
			fail(manifest.failure);
			continue;
		}
		try {
			const injected = injectManifest(manifest.text, manifest.file, injection);
			warn(world, ...injected.warnings);
			for (const each of injected.namespaces) done.namespaces.add(each);
			for (const each of injected.provided) done.provided.add(each);
			for (const each of injected.images) done.images.push(each);
			done.parts.push(injected);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			fail(error);
		}
	}
	if (done.namespaces.size === 0 && !failed)
		warn(world, { cause: "no-pod-templates" });
	return { ...done, failed };
}

/** The source whose copies go with the manifests, and the namespace of what names none. Throws what the cluster throws. */
export async function sourceFor(
	choice: SourceChoice,
	connection: ConnectionFlags,
	world: World,
): Promise<{ readonly source: PullSecret; readonly namespace: string }> {
	return onCluster(world, connection, async (cluster) => {
		const reader = new ContentReader();
		const source = await findSource(cluster, reader, choice, world);
		return { source, namespace: cluster.namespace };
	});
}

/** The copies that sync would make where the manifests go, as one more of them. */
export async function secretsFor(
	done: InjectedFiles,
	{ source, namespace }: Awaited<ReturnType<typeof sourceFor>>,
): Promise<ManifestPart> {
	const named = (namespaces: ReadonlySet<string | undefined>) =>
		new Set([...namespaces].map((name) => name ?? namespace));
	const provided = named(done.provided);
	const wanted = [...named(done.namespaces)]
		.filter((name) => !provided.has(name))
		.toSorted();
	const asJson = done.parts.every((part) => part.json);
	const texts = await Promise.all(
		desiredCopies(source, wanted)
			.map(secretOf)
			.map(async (secret) =>
				asJson ? json(secret) : `---\n${await yaml(secret)}`,
			),
	);
	return { text: texts.join(""), json: asJson };
}
