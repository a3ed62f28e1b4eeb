import type {
	CredentialGoing,
	Loss,
	LossVerb,
	PruneNote,
} from "../../core/note.ts";
import type { DryRun } from "../../core/output/result.ts";
import type { Change } from "../../core/pull-secrets/change.ts";
import { roleOf } from "../../core/pull-secrets/ownership.ts";
import { leftImmutable } from "../../core/pull-secrets/plan.ts";
import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import { UsageError } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { tell } from "../tell.ts";
import { refuseReplaced, seeNamespaces } from "./seen-namespaces.ts";

interface ConfirmOptions {
	readonly yes: boolean;
	readonly dryRun: DryRun;
}

/** Whether a person is to be asked first. Throws UsageError where nobody is there to be. */
export function mustAsk(
	verb: string,
	{ yes, dryRun }: ConfirmOptions,
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
	/** Deleted and created anew, deleted for good, and overwritten although it is not ours. */
	losing: {
		readonly replacing: readonly PullSecret[];
		readonly deleting: readonly PullSecret[];
		readonly overwriting?: readonly PullSecret[];
	},
	asking: ConfirmOptions,
	cluster: Cluster,
	world: World,
	/** What else is written after a yes. */
	also: {
		readonly in?: readonly string[];
		readonly credential?: CredentialGoing | undefined;
	} = {},
): Promise<"yes" | "no" | "unasked"> {
	const { replacing, deleting, overwriting = [] } = losing;
	const losses = [
		...deleting.map((secret) => lossOf("delete", secret)),
		...replacing.map((secret) => lossOf("delete and recreate", secret)),
		...overwriting.map((secret) => lossOf("overwrite", secret)),
	];
	if (losses.length === 0) return "unasked";
	if (asking.yes) return "yes";
	// Where nobody could be asked, a dry run leaves alone what would be.
	if (!world.streams.interactive) return "unasked";
	if (asking.dryRun !== "none") return "yes";
	const seen = await seeNamespaces(
		[...losses.flatMap(({ namespace }) => namespace ?? []), ...(also.in ?? [])],
		cluster,
	);
	const { credential } = also;
	if (!(await confirmDeletion({ losses, credential }, cluster, world)))
		return "no";
	await refuseReplaced(seen, cluster);
	return "yes";
}

/**
 * The change of a source, where it would delete it and create it anew only if that is agreed to; where
 * nobody could be asked, it is left alone as what it is, immutable. `no`: nothing at all is to be done.
 */
export async function unlessRefused(
	change: Change,
	asking: ConfirmOptions,
	cluster: Cluster,
	world: World,
	credential?: CredentialGoing,
): Promise<Change | "no"> {
	if (change.action !== "replace") return change;
	const { current } = change;
	const losses = { replacing: [current], deleting: [] };
	const answer = await agrees(losses, asking, cluster, world, { credential });
	return answer === "unasked"
		? leftImmutable(current, "this")
		: answer === "no"
			? "no"
			: change;
}

/** A Secret in such a question. */
export function lossOf(verb: LossVerb, secret: PullSecret): Loss {
	const { namespace, name } = secret;
	const isSource = roleOf(secret) === "source";
	return { verb, kind: "Secret", name, namespace, isSource };
}

/** kubectl's question before a deletion, on stderr: the context and the names, then `y/N`. */
export async function confirmDeletion(
	{
		losses,
		forgets = [],
		accounts = 0,
		accountsIn = [],
		byPolicy = [],
		credential,
	}: Pick<DeletionNote, "losses"> & Partial<DeletionNote>,
	{ context }: Pick<Cluster, "context">,
	world: World,
): Promise<boolean> {
	tell(world, {
		cause: "deletion-asked",
		context,
		losses,
		forgets,
		accounts,
		accountsIn,
		byPolicy,
		credential,
	});
	return (await world.prompter()).confirm({
		message: "Do you want to continue?",
	});
}

type DeletionNote = PruneNote & { readonly cause: "deletion-asked" };
