import { inSteps } from "../../actions/in-steps.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import type { RunOf } from "../../command.ts";
import {
	explain as explainPull,
	isFineAnonymously,
	type NamedSecret,
	ringOf,
	works as serves,
} from "../../core/check/explanation.ts";
import type { Facts, PodFacts } from "../../core/check/facts.ts";
import { Keyrings } from "../../core/check/keyrings.ts";
import { fixOfLack } from "../../core/check/pod-fixes.ts";
import type { ExplainedImage } from "../../core/document.ts";
import { readImageReference } from "../../core/kubelet/image-reference.ts";
import { hasMatch, matchesOf } from "../../core/kubelet/keyring.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type CommandContext, NO_CONTEXT } from "../../core/output/shell.ts";
import {
	isByPolicy,
	PULL_SECRET_TYPE,
} from "../../core/pull-secrets/ownership.ts";
import { each } from "../../core/steps.ts";
import { EXIT } from "../../errors.ts";
import type { World } from "../../world.ts";
import type { ExplainOptions } from "./command.ts";
import { readFacts } from "./read-facts.ts";
import { type PullerSecrets, readPuller } from "./read-pull-secrets.ts";
import { verifyMatches } from "./verify-matches.ts";

const LARGEST_CONFIG = 16 * 1024 * 1024;

export const run: RunOf<ExplainOptions> = async (options, world) => {
	const { operand, workload, output } = options;
	const reading = readImageReference(operand);
	const isNoImage = workload === undefined && typeof reading === "string";
	if (isNoImage && output === undefined)
		throw new FailureError({
			cause: "image-invalid",
			image: operand,
			because: reading,
		});
	const { explained, commandContext } =
		options.configs.length > 0 || isNoImage
			? {
					explained: [await explainFiles(options, world)],
					commandContext: NO_CONTEXT,
				}
			: await explainCluster(options, world);
	const checks = options.verify
		? await verifyMatches(
				explained.map(({ explanation }) => explanation),
				options.trust,
				world,
			)
		: [];
	const images: ExplainedImage[] = explained.map((one, at) => ({
		...one,
		checks: checks[at],
	}));
	return {
		status: images.every(isFine) ? EXIT.done : EXIT.failed,
		document: { kind: "explain", images, commandContext },
	};
};

/** Whether a kubelet could pull it, as far as that can be said. */
function isFine({ explanation, checks }: ExplainedImage): boolean {
	const { answer } = explanation;
	if (isFineAnonymously(explanation)) return true;
	return (
		matchesOf(answer).length > 0 &&
		(checks === undefined || checks.some(serves))
	);
}

type Explained = Omit<ExplainedImage, "checks">;

async function explainFiles(
	{ operand, configs }: ExplainOptions,
	world: World,
): Promise<Explained> {
	const secrets = [];
	for (const path of configs) {
		const content = await world.files.read(path, LARGEST_CONFIG);
		const data = content.toString("utf8");
		secrets.push({
			name: path,
			source: { from: path, type: PULL_SECRET_TYPE, data },
		});
	}
	const explanation = explainPull(operand, undefined, secrets);
	return { explanation };
}

async function explainCluster(
	options: ExplainOptions,
	world: World,
): Promise<{ explained: Explained[]; commandContext: CommandContext }> {
	const { operand, workload } = options;
	return onCluster(world, options.connection, async (cluster) => {
		const namespace = options.namespace ?? cluster.namespace;
		const puller = await readPuller(cluster, namespace, options);
		const { pod, secrets } = puller;
		const images = workload ? pod.images : [operand];
		const { commandContext } = cluster;
		const { keyring } = ringOf(secrets);
		const areMatched = await inSteps(
			each(images, (image) => hasMatch(image, keyring)),
			world,
		);
		const explanation = areMatched.every(Boolean)
			? (image: string) => ({
					explanation: explainPull(image, puller, secrets),
				})
			: explaining(await readFacts(cluster, options.choice, puller), puller);
		return {
			explained: await inSteps(each(images, explanation), world),
			commandContext,
		};
	});
}

/** What explains an image for which the pod's own Secrets may have nothing. */
function explaining(
	facts: Facts,
	puller: PullerSecrets,
): (image: string) => Explained {
	const { pod, secrets } = puller;
	const keyrings = new Keyrings(facts);
	// For thousands of images the same: what is remembered of a list of Secrets is large.
	const withAdded = new Map<
		string,
		{ held: PodFacts; named: readonly NamedSecret[] }
	>();
	return (image) => {
		const added = addedByPolicy(image, pod, keyrings);
		const names = added.map(({ name }) => name);
		const { held, named } = withAdded.getOrInsertComputed(names.join(), () => ({
			held: { ...pod, secrets: [...pod.secrets, ...names] },
			// The same list where it is the same, for what is remembered of it.
			named: added.length === 0 ? secrets : [...secrets, ...added],
		}));
		const explanation = explainPull(image, puller, named, keyrings);
		return isFineAnonymously(explanation)
			? { explanation }
			: { explanation, lack: fixOfLack(held, image, keyrings) };
	};
}

/** What the pods of an account that are made from now on get by admission policies, whichever account they use. */
function addedByPolicy(
	image: string,
	pod: PodFacts,
	keyrings: Keyrings,
): NamedSecret[] {
	// One that is there has what it was made with.
	if (pod.name !== "") return [];
	return keyrings.facts.sources
		.filter(
			(source) =>
				!pod.secrets.includes(source.secret.name) &&
				keyrings.isSourceFor(source, image) &&
				(source.policies === undefined
					? // Few may read policies: the source's note is believed then.
						isByPolicy(source.secret) && keyrings.isSent(source, pod.namespace)
					: keyrings.getsByPolicy(pod, source.secret.name)),
		)
		.map(({ secret: { name } }) => ({
			name,
			source: keyrings.secret(`${pod.namespace}/${name}`)?.source,
			byPolicy: true,
		}));
}
