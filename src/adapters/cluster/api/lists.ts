import { StringDecoder } from "node:string_decoder";
import type { Kind, ObjectOf } from "../../../core/objects.ts";
import { ApiError } from "../../../errors.ts";
import type { Cluster, ListQuery, Page, WatchEvent } from "../../../world.ts";
import { TransportError, text, unpacked } from "../http/exchange.ts";
import { connectionError, StatusError, watchError } from "./errors.ts";
import { acceptOf, collectionPath, listQuery } from "./paths.ts";
import type { KnownData } from "./redact.ts";
import type { Requests } from "./requests.ts";
import type { RetryPolicy } from "./retry.ts";

/** kubectl's --chunk-size. */
const PAGE = 500;

interface ListBody<T> {
	metadata: { resourceVersion?: string; continue?: string };
	items?: T[] | null;
}

/** Lists and watches. */
export function lists(
	requests: Requests,
	repeat: RetryPolicy,
	server: URL,
	interrupt: AbortSignal,
	known: KnownData,
): Pick<Cluster, "pages" | "watch"> {
	return {
		async *pages<K extends Kind>(
			kind: K,
			query: ListQuery,
		): AsyncIterable<Page<ObjectOf[K]>> {
			const path = collectionPath(kind, query.namespace);
			const page = (token: string) =>
				repeat.run("read", async () => {
					const answer = await requests.send({
						method: "GET",
						path:
							path +
							listQuery(query, {
								limit: String(PAGE),
								...(token && { continue: token }),
							}),
						accept: acceptOf(query, "List"),
					});
					return parsed<ListBody<ObjectOf[K]>>(await text(answer));
				});
			let last = "";
			let token = "";
			let restarted = false;
			do {
				let body: ListBody<ObjectOf[K]>;
				try {
					body = await page(token);
				} catch (error) {
					if (!isExpired(error) || token === "") throw error;
					// Too slow: the rest of the list as it is now, without what has been given out. Servers
					// say with the refusal how to go on; with others it begins again.
					token = error.continueToken;
					restarted = true;
					body = await page(token);
				}
				token = body.metadata.continue ?? "";
				const all = body.items ?? [];
				for (const item of all) known.note(kind, item);
				const items = restarted
					? all.filter((item) => keyOf(item) > last)
					: all;
				const end = items.at(-1);
				if (end) last = keyOf(end);
				yield { items, resourceVersion: body.metadata.resourceVersion ?? "" };
			} while (token !== "");
		},

		async *watch<K extends Kind>(
			kind: K,
			query: ListQuery & { resourceVersion: string },
			signal?: AbortSignal,
		): AsyncIterable<WatchEvent<ObjectOf[K]>> {
			if (signal?.aborted) return;
			try {
				const answer = await requests.send({
					method: "GET",
					path:
						collectionPath(kind, query.namespace) +
						listQuery(query, {
							watch: "true",
							allowWatchBookmarks: "true",
							resourceVersion: query.resourceVersion,
						}),
					accept: acceptOf(query, "Object"),
					endless: true,
					signal,
				});
				const body = unpacked(answer);
				try {
					for await (const line of lines(body)) {
						const told = event<ObjectOf[K]>(parsed(line));
						if (told.type === "DELETED")
							known.forget(kind, told.object.metadata);
						else if (told.type !== "BOOKMARK") known.note(kind, told.object);
						yield told;
					}
				} finally {
					answer.body.destroy();
				}
			} catch (error) {
				if (interrupt.aborted) throw interrupt.reason;
				if (signal?.aborted) return;
				if (error instanceof ApiError) throw error;
				throw connectionError(
					error instanceof TransportError ? error.cause : error,
					server,
				);
			}
		},
	};
}

function isExpired(error: unknown): error is StatusError {
	return error instanceof StatusError && error.status === 410;
}

/** API servers list in the order of this, byte by byte. */
function keyOf({ metadata }: ObjectOf[Kind]): string {
	return `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

function parsed<T>(said: string): T {
	try {
		return JSON.parse(said);
	} catch (error) {
		throw new TransportError(error, true);
	}
}

async function* lines(body: AsyncIterable<Buffer>): AsyncIterable<string> {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	for await (const chunk of body) {
		const complete = (rest + decoder.write(chunk)).split("\n");
		rest = complete.pop() ?? "";
		yield* complete.filter(Boolean);
	}
}

function event<T extends ObjectOf[Kind]>(received: {
	type: string;
	object: T;
}): WatchEvent<T> {
	const { type, object } = received;
	switch (type) {
		case "ADDED":
		case "MODIFIED":
		case "DELETED":
			return { type, object };
		case "BOOKMARK":
			return {
				type,
				resourceVersion: object.metadata.resourceVersion ?? "",
			};
		default:
			throw watchError(object);
	}
}
