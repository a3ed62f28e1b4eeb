import { onCluster } from "../../actions/on-cluster.ts";
import {
	findSource,
	type SourceChoice,
	seekSource,
} from "../../actions/read/find-source.ts";
import { findOrMeant } from "../../actions/read/meant-namespace.ts";
import { readPullSecret } from "../../actions/read/read-keys.ts";
import { tellUnlessQuiet, warn } from "../../actions/tell.ts";
import { command, NOTHING } from "../../command.ts";
import { type Given, textFlag } from "../../core/command-line/flag.ts";
import { readDockerConfig } from "../../core/credentials/docker-config.ts";
import type { Outcome } from "../../core/document.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type KindNodes, kindConfig } from "../../core/output/kind-config.ts";
import { meshreg } from "../../core/output/shell.ts";
import { roleOf } from "../../core/pull-secrets/ownership.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { sourceChoiceIn } from "../../flags/source.ts";
import * as flags from "../../flags.ts";
import { json } from "../../report/structured.ts";
import type { Cluster, World } from "../../world.ts";
import { exported } from "./exported.ts";

const FORMATS = ["docker-config", "kind"] as const;

/** `export [NAME]`: the credentials of a pull secret, for use outside the cluster. */
export const exportKey = command({
	verb: "export",
	summary: "Print a pull secret's credentials as a docker config",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Print the credentials of a pull secret as a docker config.json, which docker, podman, skopeo and kubelets read.

It contains passwords in the clear: with --to they go to a file with mode 0600.

With --format=kind it prints the config of a kind cluster whose nodes all mount such a file and pull with it. This works without a cluster.`,
	examples: {
		"To a file with mode 0600":
			"kubectl meshreg export --format=docker-config --to config.json",
		"A kind cluster with the credentials on its three nodes":
			'kubectl meshreg export --format=kind --docker-config "$PWD/config.json" --workers 2 | kind create cluster --config -',
		"A copy, as the pods of a namespace use it":
			"kubectl meshreg export -n app",
	},
	flags: [
		textFlag(
			"format",
			"Print docker-config, the credentials as a docker config.json, or kind, the config of a kind cluster whose nodes mount such a file.",
			{ default: FORMATS[0], choices: FORMATS },
		),
		textFlag(
			"to",
			"Write to this file, with mode 0600, instead of standard output (-).",
			{ values: "file" },
		),
		textFlag(
			"docker-config",
			"Mount this file on the nodes (--format=kind): the full path of what export --to wrote.",
			{ values: "file" },
		),
		textFlag(
			"control-planes",
			"Give the cluster this many control planes (--format=kind).",
			{ default: "1" },
		),
		textFlag("workers", "Give the cluster this many workers (--format=kind).", {
			default: "0",
		}),
		flags.SOURCE_NAMESPACE_FLAG,
		flags.MESH_FLAG,
		{
			...flags.QUIET_FLAG,
			needs: ["to"],
			help: "Leave out the note that names the file (--to).",
		},
	],
	options(given, env) {
		const to = given.text("to");
		if (to !== undefined) flags.checkSaid("--to", "path", to);
		const format = given.text("format") ?? FORMATS[0];
		return {
			kind: format === "kind" ? kindOf(given) : notKind(given),
			connection: flags.connectionFlags(given),
			name: flags.nameOf(given, env),
			namespace: flags.namespaceOf(given),
			source: sourceChoiceIn(given, env),
			quiet: given.on("quiet"),
			to: to === "-" ? undefined : to,
		};
	},
	async run(options, world) {
		const { kind, to } = options;
		if (kind !== undefined) {
			const text = await kindClusterConfig(kind.file, kind.nodes, world);
			return put(text, to, "cluster-config", world);
		}
		return onCluster(world, options.connection, async (cluster) => {
			const key = await keyToExport(options, cluster, world);
			return await put(
				dockerConfigOf(key, world),
				to,
				{ namespace: key.namespace, name: key.name },
				world,
			);
		});
	},
});

/** To a file that only its owner may read, saying that `what` is in it; or to standard output. */
async function put(
	text: string,
	to: string | undefined,
	what: "cluster-config" | SourceRef,
	world: World,
): Promise<Outcome> {
	if (to === undefined)
		return { status: EXIT.done, document: { kind: "text", text } };
	await world.files.write(to, text, 0o600);
	tellUnlessQuiet(world, { cause: "exported", what, to });
	return { status: EXIT.done, document: NOTHING };
}

function kindOf(given: Given): { file: string; nodes: KindNodes } {
	const file = given.text("docker-config") ?? "";
	if (!/^(?:\/|[A-Za-z]:[\\/])/.test(file))
		throw new UsageError(
			'--format=kind needs --docker-config with the full path of a file, for example "$PWD/config.json"',
			false,
			{
				words: "write one with",
				script: meshreg("export", "--to", "config.json"),
			},
		);
	if (given.positionals.length > 0 || given.has("namespace"))
		throw new UsageError(
			"--format=kind asks no cluster: leave NAME and -n out",
		);
	const count = (name: string, usual: string, least: number): number =>
		flags.parseCount(given.text(name) ?? usual, `--${name}`, least);
	return {
		file,
		nodes: {
			controlPlanes: count("control-planes", "1", 1),
			workers: count("workers", "0", 0),
		},
	};
}

function notKind(given: Given): undefined {
	for (const name of ["docker-config", "control-planes", "workers"])
		if (given.has(name))
			throw new UsageError(`--${name} means something with --format=kind only`);
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
	options: {
		readonly name: string;
		readonly namespace: string | undefined;
		readonly source: SourceChoice;
	},
	cluster: Cluster,
	world: World,
): Promise<PullSecret> {
	const reader = new ContentReader();
	const { name, namespace, source } = options;
	if (namespace === undefined)
		return findOrMeant(
			findSource(cluster, reader, source, world),
			source.name,
			cluster,
		);
	const key = await readPullSecret(cluster, reader, { namespace, name });
	if (key !== undefined && roleOf(key) !== "unmanaged") return key;
	const sought = await seekSource(cluster, reader, source, world);
	if (sought.source !== undefined) return sought.source;
	throw new FailureError({
		cause: "pull-secret-missing",
		secret: { namespace, name },
		script: meshreg("list"),
	});
}

/** What the Secret holds, as a docker config. Throws FailureError where that is nothing. */
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
	const { auths, problems, warnings } = exported(content);
	if (Object.keys(auths).length === 0)
		throw new FailureError({
			cause: "export-empty",
			secret: { namespace, name },
			problems,
		});
	for (const problem of problems)
		warn(world, { cause: "entry-left-out", problem });
	warn(world, ...warnings);
	return json({ auths });
}
