import {
	type SeenNamespaces,
	seeNamespaces,
} from "../../actions/apply/confirm.ts";
import type { SourceWish } from "../../actions/apply/make-source.ts";
import type { EnteredCredential } from "../../actions/credentials/entered-credential.ts";
import { CANCELLED } from "../../command.ts";
import { displayUsername } from "../../core/credentials/credential.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { planSource } from "../../core/pull-secrets/plan.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import { isSourceLike } from "../../core/pull-secrets/source.ts";
import { displayHost } from "../../core/registry/server.ts";
import type { Cluster, World } from "../../world.ts";
import type { CreateOptions } from "./command.ts";

interface Said extends Pick<SourceWish, "place" | "before" | "made"> {
	readonly entered: readonly EnteredCredential[];
	readonly edit: CreateOptions["edit"];
	readonly replace: boolean;
	/** They are asked about what they entered, or chose, as a whole. */
	readonly asks: boolean;
	/** The namespace, where it was looked at before the first question. */
	readonly seen: SeenNamespaces | undefined;
}

/**
 * Asks whether the source is to be written, whether what is there is to be overwritten, and whether a namespace
 * is to be made: all that was entered would be lost for want of a flag. Returns what may be done.
 */
export async function askToWrite(
	{ place, before, made, entered, edit, replace, asks, ...said }: Said,
	options: CreateOptions,
	cluster: Cluster,
	world: World,
): Promise<
	Pick<SourceWish, "allowed" | "createNamespace" | "seen"> | typeof CANCELLED
> {
	const { namespace, name } = place;
	const secret = `secret/${name} in ${namespace} namespace`;
	const where = contextClause(cluster.context);
	const confirm = async (message: string, preset: boolean) =>
		(await world.prompter()).confirm({ message, default: preset });
	const isAsked = world.streams.interactive && options.dryRun === "none";
	const seen =
		said.seen ??
		(isAsked ? await seeNamespaces([namespace], cluster) : undefined);
	const lacksNamespace =
		isAsked && before === undefined && seen?.get(namespace) === "gone";
	if (asks) {
		const whom = entered
			.map(
				({ server, credential }) =>
					`${displayHost(server.key)} as ${displayUsername(credential.username)}`,
			)
			.join(", ");
		const whole =
			before === undefined
				? "Create"
				: replace
					? "Overwrite"
					: !isSourceLike(before) && "Take over";
		// On two lines: together they are longer than most terminals are wide.
		const message = {
			add: `Add ${whom}\n  to ${secret}${where}?`,
			change: `Replace the credential for ${whom}\n  in ${secret}${where}?`,
			remove: "",
			replace: lacksNamespace
				? `Namespace ${namespace} does not exist. Create it, and ${secret}\n  for ${whom}${where}?`
				: whole
					? `${whole} ${secret}\n  for ${whom}${where}?`
					: `Put ${whom}\n  in ${secret}${where}?`,
		}[edit.by];
		if (!(await confirm(message, true))) return CANCELLED;
	}
	// An edit says by its name that the content will be another.
	const isToDiffer = replace || edit.by !== "replace";
	const allowed = { force: options.force, replace: isToDiffer };
	if (isAsked && before !== undefined) {
		const desired = made(before);
		const change = planSource(before, desired, allowed);
		if (change.action === "conflict" && change.obstacle.cause === "differs") {
			const message = replaceQuestion(before, desired, where);
			if (!options.yes && !(await confirm(message, false))) return CANCELLED;
			allowed.replace = true;
		}
	}
	const message = `Namespace ${namespace} does not exist${where}. Create it?`;
	const isSaid = options.yes || options.createNamespace || asks;
	if (lacksNamespace && !isSaid && !(await confirm(message, true)))
		return CANCELLED;
	const createNamespace = options.createNamespace || lacksNamespace;
	return { allowed, createNamespace, seen };
}

/** Says which registries would be lost; on two lines, as it is longer than most terminals are wide. */
function replaceQuestion(
	current: PullSecret,
	desired: DesiredPullSecret,
	where: string,
): string {
	const kept = registriesOf(desired.content);
	const lost = registriesOf(current.content)
		.filter((key) => !kept.includes(key))
		.map(displayHost);
	return `secret/${current.name} in ${current.namespace} namespace exists with ${lost.length > 0 ? "other registries" : "another credential"}${where}.\n  Replace it${lost.length > 0 ? ` and remove ${lost.join(", ")}` : ""}?`;
}
