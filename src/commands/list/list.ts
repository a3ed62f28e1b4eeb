import { meantFor } from "../../actions/read/meant-namespace.ts";
import { warnOfUnread } from "../../actions/read/warn-of-unread.ts";
import { NOTHING } from "../../command.ts";
import type { Outcome } from "../../core/document.ts";
import { FailureError } from "../../core/output/failure.ts";
import { type ListItem, listItems } from "../../core/pull-secrets/list-item.ts";
import { treesOf } from "../../core/pull-secrets/tree.ts";
import { EXIT, isForbidden } from "../../errors.ts";
import type { World } from "../../world.ts";
import type { ListOptions } from "./command.ts";
import { lackingCopies, NONE_LACKING } from "./lacking-copies.ts";
import { readListing } from "./list-keys.ts";
import { readUsers } from "./read-users.ts";
import { watchPullSecrets } from "./watch-keys.ts";

/** The work of `list`, in one cluster. Throws FailureError, and what the cluster throws. */
export async function run(
	{ connection, choice, watch, fail, output, sourceNamespace }: ListOptions,
	world: World,
): Promise<Outcome> {
	const gone =
		(watch ? world.streams.out.gone : undefined) ??
		new AbortController().signal;
	const cluster = await world.connect(connection);
	const { namespaces } = choice;
	try {
		if (watch)
			await watchPullSecrets(
				cluster,
				choice,
				world,
				AbortSignal.any([world.interrupt, gone]),
			);
		const listed = readListing(cluster, choice, world.clock.now());
		// One waits for the other's answer no longer than for its own.
		const users =
			output === "tree" ? readUsers(cluster, namespaces, world) : undefined;
		const [listing, parts] = await Promise.all([listed, users]);
		warnOfUnread(listing.reader, world);
		const items = listItems(listing.keys, listing.known);
		const isFiltered =
			choice.statuses.length > 0 || choice.expiring !== undefined;
		const isShown =
			output === "tree" ||
			((output === undefined || output === "wide") &&
				world.streams.out.isTerminal);
		const { taken, lacking } =
			isShown && !isFiltered
				? await lackingCopies(cluster, listing, {
						namespaces,
						sourceNamespace: sourceNamespace ?? cluster.namespace,
					})
				: NONE_LACKING;
		return {
			status:
				fail && items.some((item) => isAlarm(item, namespaces))
					? EXIT.failed
					: EXIT.done,
			document:
				parts === undefined || items.length === 0
					? {
							kind: "list",
							items,
							namespaces,
							lacking,
							...(items.length === 0 && {
								meant: await meantFor(choice.name, namespaces, cluster),
							}),
						}
					: {
							kind: "tree",
							...treesOf({
								...listing,
								...parts,
								taken,
								tellsMissing: isFiltered ? () => false : listing.isMeant,
							}),
							items,
							lacking,
						},
		};
	} catch (error) {
		// Nobody reads it any more.
		if (gone.aborted) return { status: EXIT.done, document: NOTHING };
		if (isForbidden(error) && namespaces.length === 0)
			throw new FailureError({ cause: "forbidden", error, everywhere: true });
		throw error;
	} finally {
		await cluster.close();
	}
}

/** Of what only says that it is a copy, whoever wrote it decides when it expires. */
const CLAIMS: ReadonlySet<ListItem["status"]> = new Set([
	"Drifted",
	"Orphaned",
	"Unknown",
	"Unrecorded",
]);

/** Whether one that expires is what `--fail` is for: where nobody named its namespace, a claim is none. */
function isAlarm({ status }: ListItem, namespaces: readonly string[]): boolean {
	return namespaces.length > 0 || !CLAIMS.has(status);
}
