import type { DryRun } from "../../core/output/result.ts";
import type { Change } from "../../core/pull-secrets/plan.ts";
import type { Cluster, World } from "../../world.ts";

/** What decides whether a question is asked. */
export interface ConfirmOptions {
	readonly yes: boolean;
	readonly dryRun: DryRun;
}

/**
 * Replacing deletes first, so it is asked about (or `--yes`). Replacements that
 * nobody agreed to become conflicts; everything else stays.
 */
export async function agreedReplacements(
	changes: readonly Change[],
	asking: ConfirmOptions,
	cluster: Pick<Cluster, "context">,
	world: World,
): Promise<Change[]> {
	const replacements = changes.filter((change) => change.action === "replace");
	if (replacements.length === 0 || asking.yes || asking.dryRun !== "none")
		return [...changes];
	const agreed =
		world.streams.interactive &&
		(await confirmDeletion(
			"delete and recreate",
			replacements.map(
				(change) =>
					`secret/${change.current.name} in ${change.current.namespace} namespace`,
			),
			cluster,
			world,
		));
	if (agreed) return [...changes];
	return changes.map((change) =>
		change.action === "replace"
			? {
					action: "conflict",
					current: change.current,
					obstacle: { cause: "immutable" },
				}
			: change,
	);
}

/** How many objects a question names before it only counts them. */
const NAMED = 20;

/** kubectl's question before a deletion, on stderr: the context and the names, then `y/N`. */
export async function confirmDeletion(
	verb: string,
	objects: readonly string[],
	{ context }: Pick<Cluster, "context">,
	world: World,
): Promise<boolean> {
	// In the wrong cluster nobody wants to continue.
	const where = context === "" ? "" : ` in context ${context}`;
	const more = objects.length - NAMED;
	world.emit({
		type: "note",
		message: [
			`You are about to ${verb} the following ${objects.length} resource(s)${where}:`,
			...objects.slice(0, NAMED),
			...(more > 0 ? [`and ${more} more`] : []),
		],
	});
	return (await world.prompter()).confirm({
		message: "Do you want to continue?",
	});
}
