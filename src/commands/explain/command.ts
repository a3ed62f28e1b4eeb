import { define, type OptionsOf } from "../../command.ts";
import {
	listFlag,
	switchFlag,
	textFlag,
} from "../../core/command-line/flag.ts";
import { UsageError } from "../../errors.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import { isOtherObject, workloadNamed } from "./workload-operand.ts";

const FORMATS = ["json", "yaml"] as const;

export const explain = define({
	verb: "explain",
	summary: "Explain which credentials the kubelet would use",
	operands: [
		{
			name: "IMAGE|KIND/NAME",
			values: "explained",
			missing:
				"explain needs an IMAGE, for example registry.example.com/app:1.2",
		},
	],
	about: `Explain which pull secrets a kubelet would consult for an image, which of their entries match and in what order, or why none does, with the closest matches and the command that fixes it.

IMAGE is written as in a pod; pod/NAME, deploy/NAME, sts/NAME, ds/NAME, rs/NAME, job/NAME or cronjob/NAME explains all images of that pod, or of the newest pod of that workload. (An image of Docker Hub that is spelled so is docker.io/deploy/NAME.)

The rules are the kubelet's own: ports must be equal, hosts have as many names between dots, letter case counts, a path restricts, and one malformed Secret fails every pull of a pod. What the node itself knows, such as a credential provider, is not visible from here.

By default it answers for a new pod of service account "default". Exit status 1 when nothing matches (but at a registry that gives public images to anybody and has not refused the pod's), a Secret is malformed, or IMAGE is not an image reference.`,
	examples: {
		"For a new pod in a namespace":
			"kubectl meshreg explain registry.example.com/agent:1.5 -n app",
		"All images of a pod, with the Secrets that it has":
			"kubectl meshreg explain pod/web-0 -n app",
		"What a docker config would do, without a cluster":
			"kubectl meshreg explain nats:2.9-alpine --docker-config config.json -o json",
	},
	flags: [
		flags.NAMESPACE_FLAG,
		textFlag(
			"serviceaccount",
			"Answer for a new pod of this service account.",
			{
				conflicts: ["pod"],
				default: "default",
				values: "serviceaccount",
			},
		),
		textFlag(
			"pod",
			"Answer for this existing pod, with the pull secrets that it has.",
			{ values: "pod" },
		),
		listFlag(
			"docker-config",
			"Read this docker config instead of a cluster; repeatable, in the order that they are tried.",
			{
				values: "file",
				conflicts: ["namespace", "serviceaccount", "pod", "secret", "from"],
			},
		),
		switchFlag(
			"verify",
			"Verify the matching credentials at the registry, in their order, until one can pull the image.",
		),
		...TRUST_FLAGS.map((flag) => ({ ...flag, needs: ["verify"] })),
		flags.SECRET_FLAG,
		FROM_FLAG,
		flags.MESH_FLAG,
		flags.outputFlag(...FORMATS),
	],
	options(given, env) {
		const [operand = ""] = given.positionals;
		const configs = given.list("docker-config");
		const paths = configs.map((path) => path.trim());
		flags.checkSaid("--docker-config", "path", ...paths);
		const workload = configs.length > 0 ? undefined : workloadNamed(operand);
		if (workload !== undefined) {
			flags.checkName(
				workload.name,
				operand,
				workload.kind === "Pod" ? "pod" : "workload",
			);
			for (const flag of ["pod", "serviceaccount"])
				if (given.has(flag))
					throw new UsageError(
						`--${flag} goes with an IMAGE, not with ${operand}`,
					);
		}
		if (configs.length === 0 && isOtherObject(operand))
			throw new UsageError(
				`explain cannot find the pods of ${operand}; give one of them as pod/NAME, or its image${operand.includes(".") ? "" : ` (an image of that name is docker.io/${operand})`}`,
			);
		return {
			/** What is to be explained: an image, or those of a workload. */
			operand,
			workload,
			connection: flags.connectionFlags(given),
			namespace: flags.namespaceOf(given),
			serviceAccount: flags.checkName(
				given.text("serviceaccount") ?? "default",
				"--serviceaccount",
				"service account",
			),
			pod: given.has("pod")
				? flags.checkName(given.text("pod") ?? "", "--pod", "pod")
				: undefined,
			configs,
			verify: given.on("verify"),
			trust: trustOf(given),
			choice: sourceChoiceOf(given, env, "--secret"),
			output: flags.outputOf(given, FORMATS),
		};
	},
});

export type ExplainOptions = OptionsOf<typeof explain>;
