import { findSource, type SourceChoice } from "../actions/find-source.ts";
import { readManifests } from "../actions/read-manifests.ts";
import { command } from "../command.ts";
import { desiredCopies } from "../core/desired.ts";
import {
	findCollisions,
	type RewrittenImage,
} from "../core/image-reference.ts";
import { joinManifests, type ManifestPart } from "../core/manifest-join.ts";
import { ContentReader, secretOf } from "../core/registry-key.ts";
import { EXIT, OperationError, UsageError } from "../errors.ts";
import * as flags from "../flags.ts";
import {
	FILENAME_FLAG,
	filenamesOf,
	KEY_FLAG,
	keyNameOf,
	RECURSIVE_FLAG,
	type RegistryRoot,
	registryRootOf,
} from "../manifest-flags.ts";
import { failureLine } from "../report/failure.ts";
import { collisionLine } from "../report/images.ts";
import { json, yaml } from "../report/structured.ts";
import { FROM_FLAG, sourceChoiceOf } from "../source-flags.ts";
import type { ConnectionFlags, World } from "../world.ts";

interface InjectOptions {
	readonly connection: ConnectionFlags;
	readonly source: SourceChoice;
	readonly paths: readonly string[];
	readonly recursive: boolean;
	readonly key: string;
	readonly registry: RegistryRoot | undefined;
	readonly fix: boolean;
	readonly withSecret: boolean;
}

/** `inject -f FILE|DIR|-`: manifests with pull Secrets, on stdout. */
export const inject = command<InjectOptions>({
	verb: "inject",
	summary: "Add the registry key to the pod templates of manifests",
	operands: "",
	about: `Print manifests with the registry key in the imagePullSecrets of every pod template: Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job and CronJob, in YAML or JSON, in Lists and in several documents. Everything else stays as it is, to the byte.

With --registry-server and --disable-public-images the images are moved as well: the registry, then the last part of the image's name, its tag and digest.

No cluster is asked, but with --with-secret.`,
	examples: [
		{
			comment: "A file",
			line: "kubectl meshreg inject -f app.yaml | kubectl apply -f -",
		},
		{
			comment: "A folder and all below it, with every image from one registry",
			line: "kubectl meshreg inject -R -f manifests --registry-server registry.example.com/mesh --disable-public-images",
		},
		{
			comment: "Rendered templates, with the Secret for each namespace",
			line: "helm template shop ./chart | kubectl meshreg inject -f - --with-secret",
		},
		{
			comment: "Pull Secrets that sit inside a container, put right",
			line: "kubectl meshreg inject -f deployment.yaml --key myregistrykey --fix",
		},
	],
	flags: [
		FILENAME_FLAG,
		RECURSIVE_FLAG,
		KEY_FLAG,
		{
			name: "registry-server",
			kind: "text",
			help: "The registry that images are moved to, with its port and path. With --disable-public-images.",
		},
		{
			name: "disable-public-images",
			kind: "switch",
			help: "Take all images from --registry-server.",
		},
		{
			name: "with-secret",
			kind: "switch",
			help: "Append the registry key itself, for each namespace of the manifests. It holds the credential.",
		},
		{
			name: "fix",
			kind: "switch",
			help: "Move imagePullSecrets that sit inside a container, where they mean nothing, to the pod's spec.",
		},
		{
			...flags.NAMESPACE_FLAG,
			help: "With --with-secret: the namespace of objects that name none.",
		},
		FROM_FLAG,
		flags.OWNER_LABEL_FLAG,
	],
	options(given, env) {
		const paths = filenamesOf(given);
		if (paths.length === 0)
			throw new UsageError("inject needs -f FILE, -f FOLDER or -f -", true);
		if (given.has("registry-server") !== given.on("disable-public-images"))
			throw new UsageError(
				"--registry-server and --disable-public-images are given together: the first says where images come from, the second that all of them do",
			);
		const key = keyNameOf(given, env);
		const namespace = flags.namespaceOf(given);
		return {
			connection: {
				...flags.connectionFlags(given),
				...(namespace !== undefined && { namespace }),
			},
			source: sourceChoiceOf(given, env, {
				given: given.has("key") ? key : undefined,
				usual: key,
				shown: "--key",
			}),
			paths,
			recursive: given.on("recursive"),
			key,
			registry: registryRootOf(given),
			fix: given.on("fix"),
			withSecret: given.on("with-secret"),
		};
	},
	async run(options, world) {
		const { out, err } = world.streams;
		for (const warning of options.registry?.warnings ?? [])
			err.write(`Warning: ${warning}\n`);
		const done = await injectAll(options, world);
		const collisions = findCollisions(done.images);
		for (const collision of collisions) err.write(collisionLine(collision));
		// What one of the two needs would run under the other's name: better nothing than that.
		if (collisions.length > 0) return EXIT.failed;
		if (options.withSecret && done.namespaces.size > 0)
			done.parts.push(await secrets(options, done, world));
		out.write(joinManifests(done.parts));
		return done.failed ? EXIT.failed : EXIT.done;
	},
});

interface Done {
	readonly parts: ManifestPart[];
	/** Of the workloads; undefined where one names none. */
	readonly namespaces: Set<string | undefined>;
	/** Those for which the manifests bring the Secret themselves. */
	readonly provided: Set<string | undefined>;
	readonly images: RewrittenImage[];
	failed: boolean;
}

/** Every file, one after the other; what cannot be read or edited is reported and left out. */
async function injectAll(options: InjectOptions, world: World): Promise<Done> {
	const { injectManifest } = await import("../core/manifest-inject.ts");
	const done: Done = {
		parts: [],
		namespaces: new Set(),
		provided: new Set(),
		images: [],
		failed: false,
	};
	const fail = (line: string): void => {
		world.streams.err.write(`${line}\n`);
		done.failed = true;
	};
	const injection = {
		key: options.key,
		fix: options.fix,
		...(options.registry && { registry: options.registry.root }),
	};
	for await (const manifest of readManifests(
		options.paths,
		options.recursive,
		world,
	)) {
		if ("failure" in manifest) {
			fail(manifest.failure);
			continue;
		}
		try {
			const injected = injectManifest(manifest.text, manifest.file, injection);
			for (const warning of injected.warnings)
				world.streams.err.write(`Warning: ${warning}\n`);
			for (const each of injected.namespaces) done.namespaces.add(each);
			for (const each of injected.provided) done.provided.add(each);
			for (const each of injected.images) done.images.push(each);
			done.parts.push(injected);
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			fail(failureLine(error));
		}
	}
	if (done.namespaces.size === 0 && !done.failed)
		world.streams.err.write(
			"Warning: there is no pod template in this: nothing was added\n",
		);
	return done;
}

/** The copies that sync would make in these namespaces, as one more manifest. */
async function secrets(
	options: InjectOptions,
	done: Done,
	world: World,
): Promise<ManifestPart> {
	const cluster = await world.connect(options.connection);
	try {
		const source = await findSource(
			cluster,
			new ContentReader(),
			options.source,
		);
		const named = (namespaces: ReadonlySet<string | undefined>) =>
			new Set([...namespaces].map((name) => name ?? cluster.namespace));
		const provided = named(done.provided);
		const wanted = [...named(done.namespaces)]
			.filter((namespace) => !provided.has(namespace))
			.toSorted();
		const copies = desiredCopies(source, wanted, options.source.owner);
		const asJson = done.parts.every((part) => part.json);
		const texts = await Promise.all(
			copies
				.map(secretOf)
				.map(async (secret) =>
					asJson ? json(secret) : `---\n${await yaml(secret)}`,
				),
		);
		return { text: texts.join(""), json: asJson };
	} finally {
		await cluster.close();
	}
}
