import type { Trust } from "../../actions/credentials/registry-trust.ts";
import { command } from "../../command.ts";
import { works as serves } from "../../core/explain/credential-check.ts";
import {
	type Explanation,
	explain as explainPull,
	fixCommand,
	type PullSecretState,
} from "../../core/explain/explanation.ts";
import {
	ImageReferenceError,
	readImageReference,
} from "../../core/kubelet/image-reference.ts";
import { pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import type { Secret } from "../../core/objects.ts";
import type { Script } from "../../core/output/shell.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import {
	DEFAULT_NAMESPACE,
	PULL_SECRET_TYPE,
	SOURCE_ANNOTATION,
} from "../../core/pull-secrets/ownership.ts";
import { EXIT } from "../../errors.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import type { ConnectionFlags, World } from "../../world.ts";
import {
	type PullerRef,
	readOtherSecrets,
	readPuller,
} from "./read-pull-secrets.ts";
import { verifyMatches } from "./verify-matches.ts";

const FORMATS = ["json", "yaml"] as const;
const LARGEST_CONFIG = 16 * 1024 * 1024;

interface Options {
	readonly image: string;
	readonly connection: ConnectionFlags;
	readonly namespace: string | undefined;
	readonly serviceAccount: string;
	readonly pod: string | undefined;
	readonly configs: readonly string[];
	/** `--verify` */
	readonly trial: boolean;
	readonly trust: Trust;
	readonly key: string;
	/** Label selectors of pull secrets. */
	readonly managed: readonly string[];
	readonly output: (typeof FORMATS)[number] | undefined;
}

/** `explain`: which credentials a kubelet would try for an image, or why none. */
export const explain = command<Options>({
	verb: "explain",
	summary: "Explain which credentials a kubelet uses for an image",
	operands: [
		{
			name: "IMAGE",
			missing:
				"explain needs an IMAGE, for example registry.example.com/app:1.2",
		},
	],
	about: `Say which pull Secrets a kubelet would consult for an image, which of their keys match and in what order they are tried, or why none does, with what comes nearest and the command that mends it.

The rules are the kubelet's own: ports must be equal, hosts have as many names between dots, letter case counts, a path restricts, and one malformed Secret fails every pull of a pod.

By default it answers for a new pod of service account "default". Exit status 1 when nothing matches, a Secret is malformed, or IMAGE is not an image reference.`,
	examples: [
		{
			comment: "For a new pod in a namespace",
			line: "kubectl meshreg explain registry.example.com/agent:1.5 -n app",
		},
		{
			comment:
				"For a pod that is there, with the Secrets that it was made with",
			line: "kubectl meshreg explain registry.example.com/agent:1.5 -n app --pod web-0",
		},
		{
			comment: "What a docker config would do, without a cluster",
			line: "kubectl meshreg explain nats:2.9-alpine --docker-config config.json -o json",
		},
	],
	flags: [
		flags.NAMESPACE_FLAG,
		{
			name: "serviceaccount",
			kind: "text",
			conflicts: ["pod"],
			default: "default",
			values: "serviceaccount",
			help: "The service account of a new pod.",
		},
		{
			name: "pod",
			kind: "text",
			values: "pod",
			help: "A pod that is there.",
		},
		{
			name: "docker-config",
			kind: "list",
			values: "file",
			conflicts: ["namespace", "serviceaccount", "pod"],
			help: "A docker config to ask about instead of a cluster; repeat it for several, in the order of trying.",
		},
		{
			name: "verify",
			kind: "switch",
			help: "Try the matching credentials at the registry, in their order, until one can pull the image.",
		},
		...TRUST_FLAGS,
		flags.SECRET_FLAG,
		flags.MESH_FLAG,
		flags.outputFlag(...FORMATS),
	],
	options(given, env) {
		const [image = ""] = given.positionals;
		return {
			image,
			connection: flags.connectionFlags(given),
			namespace: flags.namespaceOf(given),
			serviceAccount: flags.checkName(
				given.text("serviceaccount") ?? "default",
				"--serviceaccount",
			),
			pod: given.has("pod")
				? flags.checkName(given.text("pod") ?? "", "--pod")
				: undefined,
			configs: given.list("docker-config"),
			trial: given.on("verify"),
			trust: trustOf(given),
			key: flags.secretNameOf(given, env),
			managed: flags.managedSelectorsOf(given, env),
			output: flags.outputOf(given, FORMATS),
		};
	},
	async run(options, world) {
		const { image, output } = options;
		const reading = readImageReference(image);
		if (!reading.ok && output === undefined)
			throw new ImageReferenceError(image, reading.because);
		const { explanation, fix, contextFlags } =
			options.configs.length > 0 || !reading.ok
				? { ...NO_FIX, explanation: await explainFiles(options, world) }
				: await explainCluster(options, world);
		const trials = options.trial
			? await verifyMatches(explanation, options.trust, world)
			: undefined;
		const { answer } = explanation;
		const matched = answer.outcome === "answered" && answer.matches.length > 0;
		const works = trials === undefined || trials.some(serves);
		return {
			status: matched && works ? EXIT.done : EXIT.failed,
			document: {
				kind: "explain",
				explanation,
				checks: trials,
				fix,
				contextFlags,
			},
		};
	},
});

async function explainFiles(
	{ image, configs }: Options,
	world: World,
): Promise<Explanation> {
	const secrets = [];
	for (const path of configs) {
		const content = await world.files.read(path, LARGEST_CONFIG);
		const data = content.toString("utf8");
		secrets.push({
			name: path,
			source: { from: path, type: PULL_SECRET_TYPE, data },
			isCopy: false,
		});
	}
	return explainPull(image, { kind: "files" }, secrets, []);
}

/** What lets it be pulled, and the flags that lead to the same cluster. */
interface ExplainedFix {
	readonly fix: Script | undefined;
	readonly contextFlags: readonly string[];
}

const NO_FIX: ExplainedFix = { fix: undefined, contextFlags: [] };

async function explainCluster(
	options: Options,
	world: World,
): Promise<{ explanation: Explanation } & ExplainedFix> {
	const { image, managed } = options;
	const cluster = await world.connect(options.connection);
	try {
		const namespace = options.namespace ?? cluster.namespace;
		const ref: PullerRef =
			options.pod === undefined
				? { namespace, serviceAccount: options.serviceAccount }
				: { namespace, pod: options.pod };
		const { puller, secrets } = await readPuller(cluster, ref);
		const first = explainPull(image, puller, secrets, []);
		const { answer } = first;
		if (answer.outcome === "answered" && answer.matches.length > 0)
			return { ...NO_FIX, explanation: first };
		const names = secrets.map(({ name }) => name);
		const { others, keys } = await readOtherSecrets(
			cluster,
			namespace,
			managed,
			names,
		);
		const explanation = explainPull(image, puller, secrets, others);
		const state = keyState(keys, options);
		return {
			explanation,
			fix: fixCommand(
				explanation,
				state,
				new Fixes({
					namespace: state.source?.namespace ?? DEFAULT_NAMESPACE,
					name: state.source?.name ?? state.name,
					exists: state.source !== undefined,
				}),
			),
			contextFlags: cluster.contextFlags,
		};
	} finally {
		await cluster.close();
	}
}

/** The pull secret of that name that is no copy. */
function keyState(
	keys: readonly Secret[],
	{ key }: Pick<Options, "key">,
): PullSecretState {
	const source = keys.find(
		({ metadata, type }) =>
			metadata.name === key &&
			type === PULL_SECRET_TYPE &&
			metadata.annotations?.[SOURCE_ANNOTATION] === undefined,
	);
	return {
		name: key,
		source: source && {
			namespace: source.metadata.namespace ?? "",
			name: key,
		},
		content: source && pullSourceOf(source),
	};
}
