import { define, type OptionsOf } from "../../command.ts";
import { type Given, textFlag } from "../../core/command-line/flag.ts";
import type { KindNodes } from "../../core/output/kind-config.ts";
import { meshreg } from "../../core/output/shell.ts";
import { UsageError } from "../../errors.ts";
import { sourceChoiceIn } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

const FORMATS = ["docker-config", "kind"] as const;
const OF_KIND = ["format=kind"];

export const exportKey = define({
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
			{ values: "file", needs: OF_KIND },
		),
		textFlag(
			"control-planes",
			"Give the cluster this many control planes (--format=kind).",
			{ default: "1", needs: OF_KIND },
		),
		textFlag("workers", "Give the cluster this many workers (--format=kind).", {
			default: "0",
			needs: OF_KIND,
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
			kind: format === "kind" ? kindOf(given) : undefined,
			connection: flags.connectionFlags(given),
			name: flags.nameOf(given, env),
			namespace: flags.namespaceOf(given),
			source: sourceChoiceIn(given, env),
			quiet: given.on("quiet"),
			to: to === "-" ? undefined : to,
		};
	},
});

export type ExportOptions = OptionsOf<typeof exportKey>;

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
