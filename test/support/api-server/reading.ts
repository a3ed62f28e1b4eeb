import {
	type Answer,
	acceptedForm,
	objectJson,
	partialJson,
} from "./answer.ts";
import { parseGoJson } from "./go-text.ts";
import { isObject, type JsonObject } from "./objects.ts";
import {
	type ApiRequest,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { parseSelection } from "./selection.ts";
import { refuse } from "./statuses.ts";
import { type Entry, firstNotBefore, keyOfEntry, type Store } from "./store.ts";
import { tableJson } from "./tables.ts";

/** GET of one object. */
export function get(
	store: Store,
	target: ResourceRequest,
	{ headers }: ApiRequest,
): Answer {
	const { resource, name } = target;
	const entry = store.entry(resource, storedNamespace(target), name);
	if (entry === undefined) throw refuse.notFound(resource.plural, name);
	const form = acceptedForm(headers.accept);
	return {
		status: 200,
		body:
			form === "table"
				? tableJson(resource, [entry], listMetadata(entry), store.now())
				: form === "partial"
					? partialJson(entry)
					: objectJson(resource, entry.json),
	};
}

const listMetadata = ({ object }: Entry): JsonObject => ({
	resourceVersion: object.metadata.resourceVersion ?? "",
});

/** GET of a collection: selectors, pages, and three forms. */
export function list(
	store: Store,
	target: ResourceRequest,
	{ headers }: ApiRequest,
): Answer {
	const { resource, query } = target;
	const selected = parseSelection(resource, query);
	const page = takePage(store, target, selected);
	const form = acceptedForm(headers.accept);
	if (form === "table")
		return {
			status: 200,
			body: tableJson(resource, page.entries, page.metadata, store.now()),
		};
	const items =
		form === "partial"
			? page.entries.map(partialJson)
			: page.entries.map((entry) => entry.json);
	const type =
		form === "partial"
			? `"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"`
			: `"kind":"${resource.kind}List","apiVersion":"v1"`;
	return {
		status: 200,
		body: `{${type},"metadata":${JSON.stringify(page.metadata)},"items":[${items.join(",")}]}`,
	};
}

interface Page {
	entries: readonly Entry[];
	metadata: JsonObject;
}

/**
 * One page of `limit` selected objects. All pages of a list are read at the
 * version of its first; when that is forgotten, a 410 offers a token that goes
 * on in the present.
 */
function takePage(
	store: Store,
	target: ResourceRequest,
	selected: (entry: Entry) => boolean,
): Page {
	const { resource, query } = target;
	const limit = Number(query.get("limit") ?? 0);
	const token = query.get("continue");
	const from = token === null || token === "" ? undefined : decode(token);
	const version = from === undefined || from.rv < 0 ? store.version : from.rv;
	const namespace = storedNamespace(target);
	const all =
		from === undefined || from.rv < 0
			? store.list(resource, namespace)
			: store.snapshot(resource, version, namespace);
	if (all === undefined)
		throw refuse.expired(
			"The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
			{ continue: encode(-1, from?.start ?? "") },
		);
	const rest =
		from === undefined ? all : all.slice(firstNotBefore(all, from.start));
	const metadata = { resourceVersion: String(version) };
	if (limit <= 0) return { entries: rest.filter(selected), metadata };
	const entries: Entry[] = [];
	let at = 0;
	for (; at < rest.length && entries.length <= limit; at++)
		if (selected(rest[at] as Entry)) entries.push(rest[at] as Entry);
	if (entries.length <= limit) return { entries, metadata };
	entries.pop();
	if (from === undefined || from.rv < 0) store.keepSnapshot(resource);
	const last = keyOfEntry(entries.at(-1) as Entry);
	// With a selector the server does not know how many are left, and does not say.
	const unselected = !query.get("labelSelector") && !query.get("fieldSelector");
	return {
		entries,
		metadata: {
			...metadata,
			continue: encode(version, `${last}\0`),
			...(unselected
				? { remainingItemCount: rest.length - entries.length }
				: {}),
		},
	};
}

/** The real token's shape; -1 stands for "at the present version". */
function encode(rv: number, start: string): string {
	return Buffer.from(
		JSON.stringify({ v: "meta.k8s.io/v1", rv, start }),
	).toString("base64url");
}

function decode(token: string): { rv: number; start: string } {
	const invalid = (why: string) =>
		refuse.badRequest(
			`invalid continue token: continue key is not valid: ${why}`,
		);
	const text = Buffer.from(token, "base64url").toString("latin1");
	const parsed = parseGoJson(text);
	if ("error" in parsed) throw invalid(parsed.error);
	const { value } = parsed;
	if (!isObject(value) || typeof value.rv !== "number")
		throw invalid("server does not recognize this encoded version");
	return { rv: value.rv, start: String(value.start ?? "") };
}
