import type { Kind, ObjectOf } from "../../core/objects.ts";
import type { Cluster, ListQuery, Page } from "../../world.ts";
import type { CopySettings } from "../apply/copy-settings.ts";
import { secretsNamed } from "./read-keys.ts";
import { namespaceQuery } from "./read-namespaces.ts";
import { labelQuery } from "./select-namespaces.ts";

/** A cluster whose lists can be begun before it is known whether anybody wants them. */
export interface ReadingAhead extends Cluster {
	/**
	 * Asks for the first page of a list for whoever asks for that very list next; the one after is asked for anew, so that
	 * what is read again is what is there then. What nobody asks for fails unheard, and goes with the connection.
	 */
	begin(kind: Kind, query: ListQuery): void;
}

/**
 * The cluster, reading ahead: lists that do not depend on each other need not wait for each other. Only those that are
 * asked for in any case are to be begun, so that nobody needs a right for one that another would not.
 */
export function readingAhead(cluster: Cluster): ReadingAhead {
	const begun = new Map<string, AsyncIterable<Page<unknown>>>();
	return {
		...cluster,
		begin(kind, query) {
			const pages = cluster.pages(kind, query)[Symbol.asyncIterator]();
			const first = pages.next();
			first.catch(() => {});
			begun.set(keyOf(kind, query), goneOn(first, pages));
		},
		pages<K extends Kind>(kind: K, query: ListQuery) {
			const key = keyOf(kind, query);
			const known = begun.get(key);
			begun.delete(key);
			return (
				(known as AsyncIterable<Page<ObjectOf[K]>> | undefined) ??
				cluster.pages(kind, query)
			);
		},
	};
}

async function* goneOn<T>(
	first: Promise<IteratorResult<T>>,
	pages: AsyncIterator<T>,
): AsyncGenerator<T> {
	try {
		for (let page = await first; page.done !== true; page = await pages.next())
			yield page.value;
	} finally {
		await pages.return?.();
	}
}

/** Whoever asks for the same makes the query in the same way. */
function keyOf(kind: Kind, query: ListQuery): string {
	return JSON.stringify([kind, query]);
}

/** Begins the lists that copies need whatever the source turns out to be. */
export function beginCopyLists(
	cluster: ReadingAhead,
	{ source, selection }: Pick<CopySettings, "source" | "selection">,
	/** What is recorded is served, too. */
	andRecorded = false,
): void {
	if (andRecorded || selection.by !== "names")
		cluster.begin("Secret", secretsNamed(source.name ?? source.usual));
	// Which Namespaces are to be read is otherwise for the record to say, or the mesh and the pods.
	if (selection.by === "all" || selection.by === "selector")
		cluster.begin("Namespace", namespaceQuery(labelQuery(selection)));
}
