import { inSteps } from "../../actions/in-steps.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { findSource, placeMeant } from "../../actions/read/find-source.ts";
import { readPullSecret } from "../../actions/read/read-keys.ts";
import { readNamespace } from "../../actions/read/read-namespaces.ts";
import type { RunOf } from "../../command.ts";
import type { ExplainedImage } from "../../core/document.ts";
import { works as serves } from "../../core/explain/credential-check.ts";
import {
	explain as explainPull,
	fixOf,
	isFineAnonymously,
	type PullSecretState,
} from "../../core/explain/explanation.ts";
import { readImageReference } from "../../core/kubelet/image-reference.ts";
import {
	hasMatch,
	matchesOf,
	readKeyring,
} from "../../core/kubelet/keyring.ts";
import type { OtherSource } from "../../core/kubelet/near-miss.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type CommandContext, NO_CONTEXT } from "../../core/output/shell.ts";
import { desiredCopy } from "../../core/pull-secrets/desired.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { closedBy } from "../../core/pull-secrets/namespace-facts.ts";
import {
	isByPolicy,
	isCopyOf,
	PULL_SECRET_TYPE,
} from "../../core/pull-secrets/ownership.ts";
import { planCopy } from "../../core/pull-secrets/plan.ts";
import {
	ContentReader,
	type DesiredPullSecret,
	type PullSecret,
	placeOf,
	pullSourceOfKey,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import { recordIn, standingOf } from "../../core/pull-secrets/record.ts";
import type { Steps } from "../../core/steps.ts";
import {
	EXIT,
	isForbidden,
	unlessFailed,
	unlessForbidden,
} from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { ExplainOptions } from "./command.ts";
import {
	readNamed,
	readOthersHere,
	readPuller,
	readWorkload,
} from "./read-pull-secrets.ts";
import { verifyMatches } from "./verify-matches.ts";

const LARGEST_CONFIG = 16 * 1024 * 1024;

/** The work of `explain`, in one cluster. Throws FailureError, and what the cluster throws. */
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
	const explanation = explainPull(operand, { kind: "files" }, secrets, []);
	return { explanation };
}

async function explainCluster(
	options: ExplainOptions,
	world: World,
): Promise<{ explained: Explained[]; commandContext: CommandContext }> {
	const { operand, workload } = options;
	return onCluster(world, options.connection, async (cluster) => {
		const namespace = options.namespace ?? cluster.namespace;
		const pods = workload && (await readWorkload(cluster, namespace, workload));
		const pod = pods?.pod ?? options.pod;
		const { serviceAccount } = options;
		const ref = { pod, serviceAccount };
		const { puller, secrets } = await readPuller(cluster, namespace, ref);
		const images = pods?.images ?? [operand];
		const first = await inSteps(
			explainEach(images, (image) => explainPull(image, puller, secrets, [])),
			world,
		);
		const { commandContext } = cluster;
		if (first.every(({ answer }) => matchesOf(answer).length > 0))
			return {
				explained: first.map((explanation) => ({ explanation })),
				commandContext,
			};
		const [here, state] = await Promise.all([
			readOthersHere(
				cluster,
				namespace,
				new Set(secrets.map(({ name }) => name)),
				[
					placeMeant(options.choice, cluster).name,
					...(puller.kind === "pod" ? puller.unused : []),
				],
			),
			readState(options, namespace, cluster),
		]);
		const { source, byPolicy } = state;
		const added =
			byPolicy === undefined || puller.kind !== "serviceaccount"
				? []
				: await readNamed(cluster, namespace, [byPolicy.name]);
		const others: OtherSource[] =
			source === undefined ||
			typeof source === "string" ||
			source.namespace === namespace
				? here
				: [...here, { ...source, where: "other-namespace" }];
		// The policy adds the copy to pods, whichever account they use.
		const withAdded = [
			...secrets,
			...added.map((secret) => ({ ...secret, byPolicy: true as const })),
		];
		return {
			explained: await inSteps(
				explainEach(images, (image) => {
					const named = byPolicy?.isFor(image) ? withAdded : secrets;
					const explanation = explainPull(image, puller, named, others);
					return { explanation, ...fixOf(explanation, state) };
				}),
				world,
			),
			commandContext,
		};
	});
}

/** One answer an image; yields after each: somebody else decides how many a pod has. */
function* explainEach<Answer>(
	images: readonly string[],
	answer: (image: string) => Answer,
): Steps<Answer[]> {
	const answers: Answer[] = [];
	for (const image of images) {
		answers.push(answer(image));
		yield;
	}
	return answers;
}

/** The source, as far as it may be seen, and whether it was sent to the namespace. */
async function readState(
	{ choice }: ExplainOptions,
	namespace: string,
	cluster: Cluster,
): Promise<
	PullSecretState & {
		/** The source that an admission policy lets pods of the namespace pull with, and whether it is added to pods with an image: those of its registries. */
		readonly byPolicy?: {
			readonly name: string;
			isFor(image: string): boolean;
		};
	}
> {
	const place = placeMeant(choice, cluster);
	const reader = new ContentReader();
	const readHere = (name: string) =>
		unlessForbidden(readPullSecret(cluster, reader, { namespace, name }));
	const known = await unlessFailed(readNamespace(cluster, namespace));
	const closed = typeof known === "object" ? closedBy(known) : undefined;
	let source: PullSecret;
	try {
		source = await findSource(cluster, reader, choice);
	} catch (error) {
		if (!isForbidden(error) && !(error instanceof FailureError)) throw error;
		const seen = unseen(error);
		const here = await readHere(place.name);
		return {
			fixes: new Fixes({ ...place, exists: false }),
			source: seen,
			served: false,
			// A source that is made again has the copies of the one that was there.
			blocked:
				closed === "terminating" ||
				(closed && seen === undefined && place.namespace !== namespace)
					? closed
					: here !== undefined &&
							(seen !== undefined || !isCopyOf(here, sourceRef(place)))
						? "secret"
						: undefined,
		};
	}
	const here = await readHere(source.name);
	const record = recordIn(source);
	const sent =
		record !== undefined &&
		standingOf(record, namespace, known ?? "unknown")?.is === "served";
	const { namespace: at } = source;
	const seen = { namespace: at, ...pullSourceOfKey(source) };
	return {
		fixes: new Fixes({
			...placeOf(source),
			exists: true,
			source,
		}),
		source: seen,
		served: at === namespace || sent,
		blocked:
			at === namespace && closed !== "terminating"
				? undefined
				: (closed ?? blockedBy(here, desiredCopy(source, namespace))),
		...(sent &&
			isByPolicy(source) && {
				byPolicy: {
					name: source.name,
					isFor: (image) => hasMatch(image, readKeyring([seen])),
				},
			}),
	};
}

/** What keeps a copy from being written in the place of what is there. */
function blockedBy(
	here: PullSecret | undefined,
	desired: DesiredPullSecret,
): PullSecretState["blocked"] {
	const plan = planCopy(here, desired, { force: false });
	if (plan.action !== "conflict") return undefined;
	const { cause } = plan.obstacle;
	return cause === "immutable" || cause === "terminating" ? "stuck" : "secret";
}

/** What is known of a source that was not found: nothing, where one may be elsewhere, or it is not known which is meant. */
function unseen(error: unknown): "hidden" | "unclear" | undefined {
	if (!(error instanceof FailureError)) return "hidden";
	const { failure } = error;
	if (failure.cause !== "source-missing") return "unclear";
	if (failure.elsewhere === "hidden") return "hidden";
	return failure.elsewhere.length > 0 ? "unclear" : undefined;
}
