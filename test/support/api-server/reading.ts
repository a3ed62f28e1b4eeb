import {
	type Answer,
	acceptedForm,
	type Form,
	type ObjectAnswer,
	objectJson,
	partialJson,
} from "./answer.ts";
import { type Entry, firstNotBefore, keyOfEntry } from "./entries.ts";
import { parseGoJson } from "./go-text.ts";
import { isObject, type JsonObject } from "./objects.ts";
import {
	type ApiRequest,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { qualified } from "./resources.ts";
import { parseSelection } from "./selection.ts";
import { refuse, StatusError } from "./statuses.ts";
import type { Store } from "./store.ts";
import { tableJson } from "./tables.ts";

/** GET of one object. */
export function get(store: Store, target: ResourceRequest): ObjectAnswer {
	const { resource, name, query } = target;
	checkVersion(store, query);
	const entry = store.entry(resource, storedNamespace(target), name);
	if (entry === undefined) throw refuse.notFound(qualified(resource), name);
	return { status: 200, ...entry };
}

/** One object in a form; `now` is for a table's ages. */
export function renderObject(
	{ status, resource, object, json }: ObjectAnswer,
	form: Form,
	now: Date,
): Answer {
	const { resourceVersion = "" } = object.metadata;
	const body = {
		object: () => objectJson(resource, json),
		partial: () => partialJson({ object }),
		table: () => tableJson(resource, [{ object }], { resourceVersion }, now),
	};
	return { status, body: body[form]() };
}

/** Throws a 400 for a resourceVersion that is none, and a 504 for one that is yet to come. */
function checkVersion(store: Store, query: URLSearchParams): void {
	const version = query.get("resourceVersion") ?? "";
	if (!/^\d*$/.test(version))
		throw refuse.badRequest(
			`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
		);
	if (Number(version) > store.version)
		throw new StatusError(
			504,
			"Timeout",
			`Timeout: Too large resource version: ${version}, current: ${store.version}`,
			{
				causes: [
					{
						reason: "ResourceVersionTooLarge",
						message: "Too large resource version",
					},
				],
				retryAfterSeconds: 1,
			},
		);
}

/** GET of a collection: selectors, pages, and three forms. */
export function list(
	store: Store,
	target: ResourceRequest,
	{ headers }: ApiRequest,
): Answer {
	const { resource, query } = target;
	const form = acceptedForm(headers.accept, resource, "list");
	checkVersion(store, query);
	const selected = parseSelection(resource, query);
	const page = takePage(store, target, selected);
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
			: `"kind":"${resource.kind}List","apiVersion":"${resource.apiVersion}"`;
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
	const limit = readLimit(query);
	const token = query.get("continue");
	const from = token ? decode(token) : undefined;
	if (from !== undefined && Number(query.get("resourceVersion")) > 0)
		throw refuse.badRequest(
			"specifying resource version is not allowed when using continue",
		);
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
	for (; at < rest.length && entries.length < limit; at++)
		if (selected(rest[at] as Entry)) entries.push(rest[at] as Entry);
	// A full page goes on where anything follows, selected or not: the next may be empty.
	if (at === rest.length) return { entries, metadata };
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
	const wrong = token.search(/[^-\w]/);
	if (wrong !== -1) throw invalid(`illegal base64 data at input byte ${wrong}`);
	const parsed = parseGoJson(
		Buffer.from(token, "base64url").toString("latin1"),
	);
	if ("error" in parsed) throw invalid(parsed.error);
	const {
		v = "",
		rv = 0,
		start = "",
	} = isObject(parsed.value) ? parsed.value : {};
	if (v !== "meta.k8s.io/v1")
		throw invalid(`server does not recognize this encoded version ${v}`);
	if (rv === 0)
		throw invalid(
			`incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
		);
	return { rv: Number(rv), start: String(start) };
}

function readLimit(query: URLSearchParams): number {
	const limit = query.get("limit") ?? "0";
	if (/^-?\d+$/.test(limit)) return Number(limit);
	throw refuse.badRequest(
		`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`,
	);
}
