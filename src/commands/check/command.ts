import { define, type OptionsOf } from "../../command.ts";
import { switchFlag, textFlag } from "../../core/command-line/flag.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";

const FORMATS = ["json", "yaml"] as const;

export const check = define({
	verb: "check",
	summary: "Find what is wrong with pull secrets and pods",
	operands: [{ name: "NAME", optional: true, values: "source-name" }],
	about: `Check the sources in the source namespace (or NAME alone), their recorded copies, service accounts, your permissions, and every pod that is waiting for its image, in all namespaces or in those of -n. Pods are grouped by cause, with the command that fixes it if there is one.

√ ok, i note, ‼ warning, × problem, or could not be checked. Exit status 1 when there is a ×.

Commands that would give the credential to a namespace that is not recorded are listed separately at the end: anybody who can create pods in a namespace can make it look as if it needed one.

Not visible from here: the nodes' own credentials, the CAs that they trust, and their network.`,
	examples: {
		Everywhere: "kubectl meshreg check",
		"In two namespaces, only what is not ok":
			"kubectl meshreg check -n app,shop -q",
		"What kubelets from 1.35 on would refuse":
			"kubectl meshreg check --before-upgrade",
		"Fix what can be fixed, and wait until pods have pulled":
			"kubectl meshreg check --fix --yes --wait 2m",
		"For a script": "kubectl meshreg check -o json",
	},
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		switchFlag(
			"verify",
			"Verify the sources' credentials at their registries.",
		),
		...TRUST_FLAGS.map((flag) => ({ ...flag, needs: ["verify"] })),
		switchFlag(
			"before-upgrade",
			"Judge running pods as if all nodes had Kubernetes 1.35 or later, which verify a pod's credential for images that are on the node.",
		),
		switchFlag(
			"fix",
			"Run the meshreg commands that fix what is found, after asking, then check once more. Never what would give the credential to a namespace that is not recorded.",
		),
		textFlag(
			"wait",
			"Repeat until nothing is wrong, for at most this long, such as 2m.",
		),
		{ ...flags.YES_FLAG, needs: ["fix"] },
		FROM_FLAG,
		flags.MESH_FLAG,
		flags.outputFlag(...FORMATS),
		{
			...flags.QUIET_FLAG,
			help: "Leave out what is ok, notes, and the summary; -o json and -o yaml print everything.",
		},
	],
	leaves: "check",
	inContexts: true,
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		namespaces: given.has("namespace") ? flags.namespacesOf(given) : undefined,
		verify: given.on("verify"),
		trust: trustOf(given),
		beforeUpgrade: given.on("before-upgrade"),
		fix: given.on("fix"),
		wait: given.has("wait")
			? flags.parseDuration(given.text("wait") ?? "", "--wait")
			: 0,
		yes: given.on("yes"),
		choice: sourceChoiceOf(given, env, "NAME"),
		output: flags.outputOf(given, FORMATS),
		quiet: given.on("quiet"),
	}),
});

export type CheckOptions = OptionsOf<typeof check>;
