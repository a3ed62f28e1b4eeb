import type {
	CredentialGoing,
	Loss,
	LossVerb,
	PruneNote,
} from "../../core/note.ts";
import { FailureError } from "../../core/output/failure.ts";
import type { DryRun } from "../../core/output/result.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import { registriesLost } from "../../core/pull-secrets/differences.ts";
import { roleOf } from "../../core/pull-secrets/ownership.ts";
import { onlyAgreed } from "../../core/pull-secrets/plan.ts";
import type {
	Content,
	PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import { UsageError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { lookUpNamespaces } from "../read/read-namespaces.ts";
import { tell } from "../tell.ts";

interface AskOptions {
	readonly yes: boolean;
	readonly dryRun: DryRun;
	readonly cluster: Cluster;
	readonly world: World;
}

type DeletionNote = PruneNote & { readonly cause: "deletion-asked" };
type Question = Pick<DeletionNote, "losses"> & Partial<DeletionNote>;

/** Whether a person is to be asked first. Throws UsageError where nobody is there to be. */
export function mustAsk(
	verb: string,
	{ yes, dryRun }: Pick<AskOptions, "yes" | "dryRun">,
	{ streams }: Pick<World, "streams">,
): boolean {
	const asks = !yes && dryRun === "none";
	if (asks && !streams.interactive)
		throw new UsageError(`${verb} needs --yes: there is no terminal to ask at`);
	return asks;
}

/**
 * One question about all that is lost, with the context and what is a source. `unasked`: nobody
 * could be asked, or there is nothing to ask about; `no` means that nothing at all is to be done. Throws
 * FailureError where a namespace became another one meanwhile.
 */
export async function agrees(
	/** `in`: where else something is written after a yes. */
	{
		in: places = [],
		...question
	}: Question & { readonly in?: readonly string[] },
	{ yes, dryRun, cluster, world }: AskOptions,
): Promise<"yes" | "no" | "unasked"> {
	const { losses } = question;
	if (losses.length === 0) return "unasked";
	if (yes) return "yes";
	// Where nobody could be asked, a dry run leaves alone what would be.
	if (!world.streams.interactive) return "unasked";
	if (dryRun !== "none") return "yes";
	const about = [
		...losses.flatMap(({ namespace }) => namespace ?? []),
		...places,
	];
	const seen = await seeNamespaces(about, cluster);
	if (!(await confirmDeletion(question, cluster, world))) return "no";
	await refuseReplaced(seen, cluster);
	return "yes";
}

/**
 * The change of a source, where it would delete it and create it anew only if that is agreed to; where
 * nobody could be asked, it is left alone as what it is, immutable. `no`: nothing at all is to be done.
 */
export async function unlessRefused(
	change: Change,
	asking: AskOptions,
	credential?: CredentialGoing,
): Promise<Change | "no"> {
	if (change.action !== "replace") return change;
	const { current, desired } = change;
	const losses = [lossOf("delete and recreate", current, desired.content)];
	const answer = await agrees({ losses, credential }, asking);
	return answer === "no"
		? answer
		: onlyAgreed(change, answer === "yes", "this");
}

/** A Secret in such a question; `by`: what takes its place. */
export function lossOf(verb: LossVerb, secret: PullSecret, by?: Content): Loss {
	const { namespace, name, content } = secret;
	const isSource = roleOf(secret) === "source";
	const registries = by && registriesLost(content, by);
	return {
		verb,
		kind: "Secret",
		name,
		namespace,
		isSource,
		...(registries && { registries }),
	};
}

/** kubectl's question before a deletion, on stderr: the context and the names, then `y/N`. */
export async function confirmDeletion(
	question: Question,
	{ context }: Pick<Cluster, "context">,
	world: World,
): Promise<boolean> {
	const nothingElse = {
		forgets: [],
		accounts: 0,
		accountsIn: [],
		byPolicy: [],
		credential: undefined,
	};
	tell(world, {
		...nothingElse,
		...question,
		cause: "deletion-asked",
		context,
	});
	return (await world.prompter()).confirm({
		message: "Do you want to continue?",
	});
}

/** Namespaces by name, as they were when a person was asked about them. */
export type SeenNamespaces = ReadonlyMap<string, NamespaceKnowledge>;

/** Looks at the Namespaces that a question is about, before it is asked. Throws what the cluster throws. */
export async function seeNamespaces(
	names: readonly string[],
	cluster: Cluster,
): Promise<SeenNamespaces> {
	return (await lookUpNamespaces(cluster, [...new Set(names)])).known;
}

/**
 * Looks again, after the answer and before anything is written: a yes was said about the Namespaces
 * that were there, and whoever made another of that name meanwhile may be somebody else. The API has
 * no precondition on a Namespace's uid for what is created in it; what is changed or deleted has one
 * of its own. Throws FailureError where one is another; where it may not be read, its name is trusted.
 */
export async function refuseReplaced(
	seen: SeenNamespaces,
	cluster: Cluster,
): Promise<void> {
	const now = await seeNamespaces([...seen.keys()], cluster);
	const replaced = [...seen].flatMap(([name, before]) =>
		isAnother(before, now.get(name)) ? [name] : [],
	);
	if (replaced.length > 0)
		throw new FailureError({
			cause: "namespace-replaced",
			namespaces: replaced.toSorted(),
		});
}

/** Asks whether namespaces are to get something; no unless a person says yes. Throws FailureError where one is another by then. */
export async function agreedFor(
	namespaces: readonly string[],
	message: string,
	{ cluster, world }: { readonly cluster: Cluster; readonly world: World },
): Promise<boolean> {
	const seen = await seeNamespaces(namespaces, cluster);
	const prompter = await world.prompter();
	const agreed = await prompter.confirm({ message, default: false });
	if (agreed) await refuseReplaced(seen, cluster);
	return agreed;
}

function isAnother(
	before: NamespaceKnowledge,
	now: NamespaceKnowledge | undefined,
): boolean {
	if (typeof now !== "object" || before === "unknown") return false;
	return before === "gone" || before.uid !== now.uid;
}
