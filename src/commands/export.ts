import { findSource } from "../actions/find-source.ts";
import { readKey } from "../actions/read-keys.ts";
import { command } from "../command.ts";
import { type OwnerLabel, roleOf } from "../core/ownership.ts";
import { ContentReader, type RegistryKey } from "../core/registry-key.ts";
import { EXIT, OperationError, UsageError } from "../errors.ts";
import * as flags from "../flags.ts";
import { json } from "../report/structured.ts";
import type { Cluster } from "../world.ts";

const FORMATS = ["docker-config"] as const;

/** `export [NAME]`: the credentials of a registry key, for use outside the cluster. */
export const exportKey = command({
	verb: "export",
	summary: "Print the credentials of a registry key as a docker config",
	operands: "[NAME]",
	operandValues: "key",
	about: `Print the credentials of a registry key in the form of a docker config.json, as docker, podman, skopeo and a node's kubelet read it.

The passwords in it are readable: with --to they go to a file that only you may read.`,
	examples: [
		{
			comment: "To a file that only you may read",
			line: "kubectl meshreg export --format=docker-config --to config.json",
		},
		{
			comment: "A copy, as the pods of a namespace use it",
			line: "kubectl meshreg export -n app",
		},
	],
	flags: [
		{
			name: "format",
			kind: "text",
			default: FORMATS[0],
			choices: FORMATS,
			help: "The form of the output.",
		},
		{
			name: "to",
			kind: "text",
			values: "file",
			help: "Write to this file, readable by you alone, instead of standard output.",
		},
		{
			...flags.NAMESPACE_FLAG,
			default: "nginx-mesh",
			help: "The registry key's namespace (also MESHREG_NAMESPACE).",
		},
		flags.OWNER_LABEL_FLAG,
		flags.QUIET_FLAG,
	],
	options(given, env) {
		const to = given.text("to");
		if (to === "")
			throw new UsageError("--to: the path is empty; is a variable unset?");
		const format = given.text("format") ?? FORMATS[0];
		if (!FORMATS.some((known) => known === format))
			throw new UsageError(`--format must be one of ${FORMATS.join(", ")}`);
		return {
			connection: flags.connectionFlags(given),
			name: flags.nameOf(given, env),
			namespace: flags.namespaceOf(given),
			usual: flags.sourceNamespaceOf(env),
			owner: flags.ownerOf(given, env),
			quiet: given.on("quiet"),
			to,
		};
	},
	async run(options, world) {
		const cluster = await world.connect(options.connection);
		try {
			const key = await keyToExport(options, cluster);
			const text = dockerConfigOf(key);
			if (options.to === undefined) world.streams.out.write(text);
			else {
				await world.files.write(options.to, text, 0o600);
				if (!options.quiet)
					world.streams.err.write(
						`the credentials in secret/${key.name} of ${key.namespace} namespace are in ${options.to}\n`,
					);
			}
			return EXIT.done;
		} finally {
			await cluster.close();
		}
	},
});

/** The key of that name in `-n`, source or copy; without `-n` the source, wherever it is. */
async function keyToExport(
	options: {
		readonly name: string;
		readonly namespace: string | undefined;
		readonly usual: string;
		readonly owner: OwnerLabel;
	},
	cluster: Cluster,
): Promise<RegistryKey> {
	const reader = new ContentReader();
	const { name, namespace, owner, usual } = options;
	if (namespace === undefined)
		return findSource(cluster, reader, {
			name,
			owner,
			usual,
			by: "-n NAMESPACE",
		});
	const key = await readKey(cluster, reader, { namespace, name });
	if (key === undefined || roleOf(key, owner) === "foreign")
		throw new OperationError(
			`there is no registry key "${name}" in namespace "${namespace}"; run 'kubectl meshreg list' to see where there are some`,
		);
	return key;
}

/** What the Secret holds, and nothing that is no docker config. Throws OperationError. */
function dockerConfigOf({ content, name, namespace }: RegistryKey): string {
	if (!content.config.ok)
		throw new OperationError(
			`secret "${name}" in namespace "${namespace}" holds no docker config: ${content.config.problem}`,
		);
	return json({ auths: Object.fromEntries(content.config.auths) });
}
