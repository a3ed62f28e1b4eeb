import { inSteps } from "../../actions/in-steps.ts";
import { allOf } from "../../actions/read/all-of.ts";
import {
	type Reading,
	reading,
	warnOfUnread,
} from "../../actions/read/read-keys.ts";
import {
	readEach,
	scopesOf,
	throwIfAll,
} from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import { NOTHING, type RunOf } from "../../command.ts";
import type { LackingCopies } from "../../core/document.ts";
import type { ObjectOf } from "../../core/objects.ts";
import { orElsewhere } from "../../core/output/failure.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { type ListItem, listItem } from "../../core/pull-secrets/list-item.ts";
import {
	type AccountFacts,
	accountFacts,
	keptUser,
	missingCopies,
	podFacts,
	type TreePodFacts,
	treesOf,
} from "../../core/pull-secrets/tree.ts";
import { each } from "../../core/steps.ts";
import { EXIT, isForbidden } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import type { ListOptions } from "./command.ts";
import { type Listing, readListing } from "./list-keys.ts";
import { watchPullSecrets } from "./watch-keys.ts";

export const run: RunOf<ListOptions> = async (options, world) => {
	const { connection, choice, watch, fail, output } = options;
	const gone =
		(watch ? world.streams.out.gone : undefined) ??
		new AbortController().signal;
	const cluster = await world.connect(connection);
	const { namespaces } = choice;
	const sourceNamespace = options.sourceNamespace ?? cluster.namespace;
	try {
		if (watch)
			await watchPullSecrets(
				cluster,
				choice,
				world,
				AbortSignal.any([world.interrupt, gone]),
			);
		const at = reading(cluster);
		const listed = readListing(at, choice, world.clock.now());
		// One waits for the other's answer no longer than for its own.
		const users =
			output === "tree" ? readUsers(at, namespaces, world) : undefined;
		const [listing, parts] = await Promise.all([listed, users]);
		const { refused } = listing;
		throwIfAll(refused, namespaces);
		for (const [namespace, error] of refused)
			world.emit({ type: "failure", error, namespace });
		warnOfUnread(at.reader, world);
		const items = await inSteps(
			each(listing.keys, (key) => listItem(key, listing.known)),
			world,
		);
		const isFiltered =
			choice.statuses.length > 0 || choice.expiring !== undefined;
		const isShown =
			output === "tree" ||
			((output === undefined || output === "wide") &&
				world.streams.out.isTerminal);
		const lacking =
			isShown && !isFiltered
				? lackingCopies(cluster, listing, sourceNamespace)
				: undefined;
		return {
			status:
				refused.size > 0 ||
				(fail &&
					(namespaces.length > 0
						? items.length > 0
						: items.some(({ status }) => !CLAIMS.has(status))))
					? EXIT.failed
					: EXIT.done,
			document: {
				kind: "list",
				items,
				namespaces: namespaces.filter((name) => !refused.has(name)),
				lacking,
				...(parts && {
					tree: await inSteps(
						treesOf({
							...listing,
							...parts,
							sourceNamespace,
							tellsMissing: isFiltered ? () => false : listing.isMeant,
						}),
						world,
					),
				}),
			},
		};
	} catch (error) {
		// Nobody reads it any more.
		if (gone.aborted) return { status: EXIT.done, document: NOTHING };
		throw namespaces.length === 0 ? orElsewhere(error) : error;
	} finally {
		await cluster.close();
	}
};

/** Of what only says that it is a copy, whoever wrote it decides when it expires. */
const CLAIMS: ReadonlySet<ListItem["status"]> = new Set([
	"Drifted",
	"Orphaned",
	"Unknown",
	"Unrecorded",
]);

/** The pods and accounts that may reference pull secrets, of all namespaces where none is named. What may not be listed is told, and left out. */
async function readUsers(
	{ cluster, reader }: Reading,
	namespaces: readonly string[],
	world: Pick<World, "emit">,
) {
	const listed = async <
		K extends "Pod" | "ServiceAccount",
		User extends TreePodFacts | AccountFacts,
	>(
		kind: K,
		pick: (object: ObjectOf[K]) => User | undefined,
	): Promise<User[]> => {
		const { items, refused } = await readEach(scopesOf(namespaces), (scope) =>
			allOf(cluster.picked(kind, scope, pick), (user) =>
				user === undefined ? [] : keptUser(user, reader),
			),
		);
		const other = [...refused.values()].find((error) => !isForbidden(error));
		if (other !== undefined) throw other;
		if (refused.size > 0)
			warn(world, {
				cause: "users-unlisted",
				kind,
				namespaces: [...refused.keys()].filter(Boolean).toSorted(),
			});
		return items;
	};
	const [pods, accounts] = await Promise.all([
		listed("Pod", podFacts),
		listed("ServiceAccount", accountFacts),
	]);
	return { pods, accounts };
}

/**
 * Counts the recorded namespaces without a copy, of the sources of the source namespace: what calls itself
 * a source elsewhere is another's word. Undefined where there is none.
 */
function lackingCopies(
	{ commandContext }: Pick<Cluster, "commandContext">,
	{ keys, known, isMeant }: Listing,
	sourceNamespace: string,
): LackingCopies | undefined {
	const without = missingCopies(keys, known, sourceNamespace).flatMap(
		({ source: { name }, namespaces }) =>
			namespaces.filter(isMeant).map(() => name),
	);
	const [first] = without;
	if (first === undefined) return undefined;
	const { usual } = commandContext;
	const source = {
		namespace: sourceNamespace,
		// check looks at all sources of the namespace that it takes by itself.
		name: sourceNamespace === usual.namespace ? usual.name : first,
	};
	return {
		missing: without.length,
		script: Fixes.of(source).check(),
		commandContext,
	};
}
