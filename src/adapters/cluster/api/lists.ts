import { setImmediate } from "node:timers/promises";
import { fieldOf } from "../../../core/json-object.ts";
import type { Kind, ObjectOf } from "../../../core/objects.ts";
import { ApiError, ConnectionError } from "../../../errors.ts";
import type { Cluster, ListQuery, Page, WatchEvent } from "../../../world.ts";
import { TransportError } from "../http/exchange.ts";
import {
	connectionError,
	OversizedAnswer,
	refusal,
	StatusError,
} from "./errors.ts";
import { acceptOf, collectionPath, listQuery } from "./paths.ts";
import type { KnownData } from "./redact.ts";
import { PARSED_WHOLE, PICKED_WHOLE, type Requests } from "./requests.ts";
import type { RetryPolicy } from "./retry.ts";
import { askedForBy, listShape, objectShape, watchShape } from "./shapes.ts";

/** kubectl's --chunk-size. */
const PAGE = 500;
/**
 * Of objects that turn out to be small, as copies and Namespaces are, as many as are parsed at once: each page is a
 * request that waits for the one before.
 */
const LARGE_PAGE = 1_000;

/**
 * Bytes of a page: 500 pods of the usual size, of which little is kept, are ten of these megabytes, 500 Secrets half
 * of one. Somebody's of a megabyte come in pages of fewer, each of about half as much, until objects are small again.
 */
const LARGEST_PICKED = 32 << 20;
const LARGEST_PAGE = 12 << 20;

/** Of any list: millions of objects. A server that always names one more page is followed no further. */
const MOST_PAGES = 2_000;
/**
 * The same of pages in a row without an object: API servers fill a page of what is selected before they name another.
 * https://github.com/kubernetes/apiserver/blob/v0.34.0/pkg/storage/etcd3/store.go GetList
 */
const MOST_EMPTY = 100;

/** After so long a server ends a watch, which is then resumed: one that it has forgotten does not stay for ever. */
const WATCH_SECONDS = 300;
/** In milliseconds: one that has not ended by then has ended without a word, behind a proxy that goes on answering. */
const LONGEST_WATCH = (WATCH_SECONDS + 30) * 1000;

/** Where the next page begins. */
interface Place {
	/** The API server's own; "" at the beginning. */
	readonly token: string;
	readonly limit: number;
	/** The key of the last object given out. */
	readonly last: string;
	/** Objects up to `last` come once more, and are left out. */
	readonly restarted: boolean;
}

/** Lists and watches. `known`: what is never shown of answers. */
export function lists(
	requests: Requests,
	repeat: RetryPolicy,
	known: KnownData,
): Pick<Cluster, "pages" | "picked" | "watch"> {
	const { interrupt } = repeat.options;
	const { elsewhere: redact } = known;

	async function* watch<K extends Kind>(
		kind: K,
		query: ListQuery & { resourceVersion: string },
		signal?: AbortSignal,
	): AsyncIterable<WatchEvent<ObjectOf[K]>> {
		if (signal?.aborted) return;
		const selected = listQuery(query, {
			watch: "true",
			allowWatchBookmarks: "true",
			timeoutSeconds: `${WATCH_SECONDS}`,
			resourceVersion: query.resourceVersion,
		});
		const call = {
			method: "GET",
			path: collectionPath(kind, query.namespace) + selected,
			accept: acceptOf(query, "Object"),
			timeout: LONGEST_WATCH,
			signal,
			redact,
		} as const;
		const shape = watchShape(kind, askedForBy(kind, query));
		try {
			for await (const line of requests.lines(call, shape)) {
				if (line === undefined) {
					yield { type: "ACCEPTED" };
					continue;
				}
				const { type, object } = line;
				if (type === "ERROR") {
					const status = Number(fieldOf(object, "code")) || 500;
					throw refusal(status, JSON.stringify(object), "", redact);
				}
				const { metadata } = object;
				if (type === "BOOKMARK") {
					const { resourceVersion = "" } = metadata;
					yield { type, resourceVersion };
					continue;
				}
				if (type === "DELETED") known.forget(kind, metadata);
				else known.note(kind, object);
				yield { type, object };
			}
		} catch (error) {
			if (interrupt.aborted) throw interrupt.reason;
			if (signal?.aborted) return;
			if (error instanceof ApiError) throw error;
			throw connectionError(
				error instanceof TransportError ? error.cause : error,
				requests.options.server,
			);
		}
	}

	/** Pages of what `pick` makes of each object; `isPicked`: that is little, and needs no managedFields. */
	async function* pages<K extends Kind, Taken>(
		kind: K,
		query: ListQuery,
		pick: (object: ObjectOf[K]) => Taken,
		isPicked: boolean,
	): AsyncIterable<Page<Taken>> {
		const path = collectionPath(kind, query.namespace);
		const largest = isPicked ? LARGEST_PICKED : LARGEST_PAGE;
		const whole = isPicked ? PICKED_WHOLE : PARSED_WHOLE;
		const shapes = {
			list: listShape(kind),
			item: objectShape(kind, askedForBy(kind, query)),
			withoutManagedFields: isPicked,
		};
		/** `size`: bytes of all of it; `end`: the key of the last object given out. */
		const onePage = ({ token, limit, last, restarted }: Place) => {
			const more = { limit: String(limit), ...(token && { continue: token }) };
			const call = {
				method: "GET",
				path: path + listQuery(query, more),
				accept: acceptOf(query, "List"),
				redact,
			} as const;
			// One object alone may be as large as any.
			const most = limit === 1 ? undefined : largest;
			return repeat.run(async () => {
				const items: Taken[] = [];
				let end = last;
				const take = (item: ObjectOf[K]): void => {
					known.note(kind, item);
					const { namespace = "", name = "" } = item.metadata;
					// API servers list in the order of this, byte by byte.
					const key = `${namespace}/${name}`;
					if (restarted && key <= last) return;
					end = key;
					items.push(pick(item));
				};
				const read = await requests.page(call, shapes, take, most);
				return { ...read, items, end };
			});
		};
		let at: Place = { token: "", limit: PAGE, last: "", restarted: false };
		let coming = onePage(at);
		let empty = 0;
		/** The page that is awaited takes the place of one that came too late. */
		let expired = false;
		for (let pages = 1; ; pages++) {
			let read: Awaited<typeof coming>;
			try {
				read = await coming;
			} catch (error) {
				if (error instanceof OversizedAnswer && at.limit > 1) {
					// Somebody's objects are of the largest size: fewer of them at once.
					at = { ...at, limit: Math.ceil(at.limit / 8) };
					coming = onePage(at);
					continue;
				}
				if (
					!(error instanceof StatusError && error.status === 410) ||
					at.token === "" ||
					expired
				)
					throw error;
				// Too slow: the rest of the list as it is now, without what has been given out. Servers
				// say with the refusal how to go on; with others it begins again.
				at = { ...at, token: error.continueToken, restarted: true };
				coming = onePage(at);
				expired = true;
				continue;
			}
			expired = false;
			const { metadata } = read.body;
			const next = metadata.continue ?? "";
			// What came once before is left out of a page.
			empty = read.items.length === 0 && !at.restarted ? empty + 1 : 0;
			const isEndless =
				next === at.token || pages >= MOST_PAGES || empty >= MOST_EMPTY;
			const perByte = at.limit / read.size;
			const half = Math.ceil((perByte * largest) / 2);
			const some = Math.max(PAGE, Math.floor(perByte * whole));
			at = {
				...at,
				token: next,
				limit: Math.min(LARGE_PAGE, half, some),
				last: read.end,
			};
			// The server works on the next page while whoever asked works on this one. Of the largest
			// objects one page at a time is enough in memory.
			const ahead = at.limit >= PAGE && next !== "" && !isEndless;
			if (ahead) {
				coming = onePage(at);
				coming.catch(() => {}); // Nobody may come for it.
				// Until it has left: a request is written once the event loop comes round.
				await setImmediate();
			}
			yield {
				items: read.items,
				resourceVersion: metadata.resourceVersion ?? "",
			};
			if (next === "") return;
			if (isEndless)
				throw new ConnectionError(
					`error: the list of ${path} at ${requests.options.server.origin} does not end: page ${pages} names another one`,
				);
			if (!ahead) coming = onePage(at);
		}
	}

	return {
		pages: (kind, query) => pages(kind, query, (object) => object, false),
		picked: (kind, query, pick) => pages(kind, query, pick, true),
		watch,
	};
}
