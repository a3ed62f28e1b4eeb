import { onCluster } from "../../actions/on-cluster.ts";
import { findSource, seekSource } from "../../actions/read/find-source.ts";
import { reading, readPullSecret } from "../../actions/read/read-keys.ts";
import { tellUnlessQuiet, warn } from "../../actions/tell.ts";
import { NOTHING, type RunOf } from "../../command.ts";
import type { Credential } from "../../core/credentials/credential.ts";
import {
	authFields,
	readDockerConfig,
} from "../../core/credentials/docker-config.ts";
import type { Outcome } from "../../core/document.ts";
import { normaliseKey } from "../../core/kubelet/keyring.ts";
import type { ExportNote } from "../../core/note.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type KindNodes, kindConfig } from "../../core/output/kind-config.ts";
import { meshreg } from "../../core/output/shell.ts";
import { entryProblems } from "../../core/pull-secrets/content-fault.ts";
import { roleOf } from "../../core/pull-secrets/ownership.ts";
import {
	type PullSecret,
	placeOf,
} from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { DOCKER_HUB_KEY, registryNamed } from "../../core/registry/server.ts";
import { EXIT } from "../../errors.ts";
import { json } from "../../report/structured.ts";
import type { Cluster, World } from "../../world.ts";
import type { ExportOptions } from "./command.ts";

export const run: RunOf<ExportOptions> = async (options, world) => {
	const { kind, to } = options;
	if (kind !== undefined) {
		const text = await kindClusterConfig(kind.file, kind.nodes, world);
		return put(text, to, "cluster-config", world);
	}
	return onCluster(world, options.connection, async (cluster) => {
		const key = await keyToExport(options, cluster, world);
		return await put(dockerConfigOf(key, world), to, placeOf(key), world);
	});
};

/** To a file that only its owner may read, saying that `what` is in it; or to standard output. */
async function put(
	text: string,
	to: string | undefined,
	what: "cluster-config" | SourceRef,
	world: World,
): Promise<Outcome> {
	if (to === undefined)
		return { status: EXIT.done, document: { kind: "text", text } };
	await world.files.write(to, text);
	tellUnlessQuiet(world, { cause: "exported", what, to });
	return { status: EXIT.done, document: NOTHING };
}

/** As much as the kubelet's file may sensibly hold, in bytes. */
const LIMIT = 5 * 1024 * 1024;

/**
 * A kind cluster config whose nodes mount this docker config. Throws
 * FailureError where the file is not there or holds no credentials: the
 * container runtime would put a folder in its place, and a node without
 * credentials would tell nobody.
 */
async function kindClusterConfig(
	dockerConfig: string,
	nodes: KindNodes,
	world: World,
): Promise<string> {
	const bytes = await world.files.read(dockerConfig, LIMIT);
	const config = readDockerConfig(bytes.toString("utf8"));
	if (!config.ok || config.auths.size === 0)
		throw new FailureError({
			cause: "docker-config-unusable",
			path: dockerConfig,
			problem: config.ok ? undefined : config.problem,
			script: meshreg("export", "--to", dockerConfig),
		});
	return kindConfig(nodes, dockerConfig);
}

/** The key of that name in `-n`, source or copy; where none is named, else the only source there. Without `-n` the source. */
async function keyToExport(
	{ name, namespace, source }: ExportOptions,
	cluster: Cluster,
	world: World,
): Promise<PullSecret> {
	const at = reading(cluster);
	if (namespace === undefined) return findSource(at, source, world);
	const key = await readPullSecret(at, { namespace, name });
	if (key !== undefined && roleOf(key) !== "unmanaged") return key;
	const sought = await seekSource(at, source, world);
	if (sought.source !== undefined) return sought.source;
	throw new FailureError({
		cause: "pull-secret-missing",
		secret: { namespace, name },
		script: meshreg("list"),
	});
}

/**
 * What the Secret holds, as a docker config: each entry with a credential, written afresh under a key that all
 * programs read. Throws FailureError where that is nothing.
 */
function dockerConfigOf(
	{ content, name, namespace }: PullSecret,
	world: World,
): string {
	if (!content.config.ok)
		throw new FailureError({
			cause: "secret-unreadable",
			secret: { namespace, name },
			to: "export",
			problem: content.config.problem,
		});
	// In a file, too, what has no credential would match and fail.
	const problems = entryProblems(content).filter(
		({ kind }) => kind !== "auth-differs",
	);
	const auths = new Map<string, Credential>();
	const warnings: ExportNote[] = problems.map((problem) => ({
		cause: "entry-unusable",
		problem,
	}));
	for (const [key, entry] of content.config.auths) {
		const credential = entry.credentialForAll();
		const written = exportedKey(key);
		if (credential === undefined || written === undefined) continue;
		const other = auths.get(written);
		// Of Docker Hub's keys a kubelet takes docker.io before the others.
		if (other === undefined || key === "docker.io")
			auths.set(written, credential);
		if (other !== undefined && !other.equals(credential))
			warnings.push({ cause: "entries-differ", key: written });
		if (written.includes("*"))
			warnings.push({ cause: "key-with-star", key: written });
	}
	if (auths.size === 0)
		throw new FailureError({
			cause: "export-empty",
			secret: { namespace, name },
			problems,
		});
	warn(world, ...warnings);
	const fields = [...auths].map(([key, one]) => [key, authFields(one)]);
	return json({ auths: Object.fromEntries(fields) });
}

/** The spelling of a key that all programs read; undefined for one that kubelets ignore. */
function exportedKey(key: string): string | undefined {
	const normalised = normaliseKey(key);
	return normalised !== undefined &&
		registryNamed(normalised) === DOCKER_HUB_KEY
		? DOCKER_HUB_KEY
		: normalised;
}
