import { acceptedForm, objectJson, partialJson } from "./answer.ts";
import { type Entry, entryOf } from "./entries.ts";
import {
	type ApiRequest,
	type ResourceRequest,
	storedNamespace,
} from "./request.ts";
import { parseSelection } from "./selection.ts";
import { refuse } from "./statuses.ts";
import type { Change, Store } from "./store.ts";
import { tableJson } from "./tables.ts";

/** Where a watch's events go: one JSON text a line. */
export interface EventStream {
	write(line: string): void;
	end(): void;
	/** Calls back once, when the client or the server ends the stream. */
	onClose(callback: () => void): void;
}

/** A watch that runs. */
export interface Watch {
	/** Sends a BOOKMARK, if the client asked for them. */
	bookmark(): void;
	end(): void;
}

/**
 * GET with `watch`: first the changes since `resourceVersion` (without one, or
 * with 0: what is there now, as ADDED), then each change as it happens, until
 * `timeoutSeconds`. A version that is forgotten gives one ERROR event with 410.
 * What enters or leaves the selection is ADDED or DELETED. Throws a 400 for bad
 * selectors, before anything is sent.
 */
export function watch(
	store: Store,
	target: ResourceRequest,
	{ query, headers }: ApiRequest,
): (stream: EventStream) => Watch {
	const { resource } = target;
	const selected = parseSelection(resource, query);
	const namespace = storedNamespace(target);
	const form = acceptedForm(headers.accept, resource, "events");
	const version = query.get("resourceVersion") ?? "";
	if (!/^\d*$/.test(version))
		throw refuse.internal(
			`resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
		);
	const from = Number(version);
	const render = (entry: Entry) =>
		form === "partial"
			? partialJson(entry)
			: form === "table"
				? tableJson(resource, [entry], {}, store.now())
				: objectJson(resource, entry.json);
	const concerns = ({ object, resource: kind }: Entry) =>
		kind === resource &&
		(namespace === "" || object.metadata.namespace === namespace);

	return (stream) => {
		const send = (type: string, json: string) =>
			stream.write(`{"type":"${type}","object":${json}}\n`);
		const tell = (change: Change) => {
			if (!concerns(change.entry)) return;
			const seen = whatIsSeen(change, selected);
			if (seen !== undefined) send(seen.type, render(seen.entry));
		};
		const missed = from === 0 ? [] : store.since(from);
		if (missed === undefined) {
			const old = `too old resource version: ${from} (${store.forgotten})`;
			send("ERROR", JSON.stringify(refuse.expired(old).toStatus()));
			stream.end();
			return { bookmark: () => {}, end: () => {} };
		}
		if (from === 0)
			for (const entry of store.list(resource, namespace))
				if (concerns(entry) && selected(entry)) send("ADDED", render(entry));
		for (const change of missed) tell(change);
		const unsubscribe = store.subscribe(tell);
		const seconds = Number(query.get("timeoutSeconds") ?? 0);
		const timer =
			seconds > 0 ? setTimeout(() => stream.end(), seconds * 1000) : undefined;
		stream.onClose(() => {
			unsubscribe();
			clearTimeout(timer);
		});
		const marks = query.get("allowWatchBookmarks") === "true";
		return {
			bookmark: () => {
				if (marks) send("BOOKMARK", bookmarkJson(store, target, form));
			},
			end: () => stream.end(),
		};
	};
}

/**
 * What a change is to someone who sees only the selected objects; undefined:
 * nothing. What leaves the selection is shown as it was in it, at the change's version.
 */
function whatIsSeen(
	{ type, entry, before }: Change,
	selected: (entry: Entry) => boolean,
): Pick<Change, "type" | "entry"> | undefined {
	const wasSeen = before !== undefined && selected(before);
	if (type !== "DELETED" && selected(entry))
		return { type: wasSeen ? "MODIFIED" : "ADDED", entry };
	if (!wasSeen) return undefined;
	if (type === "DELETED") return { type, entry };
	const { resourceVersion = "" } = entry.object.metadata;
	return {
		type: "DELETED",
		entry: entryOf(before.resource, before.object, Number(resourceVersion)),
	};
}

/** An object that has nothing but the version up to which the watch has told everything. */
function bookmarkJson(
	store: Store,
	{ resource }: ResourceRequest,
	form: "object" | "partial" | "table",
): string {
	const [kind, apiVersion] =
		form === "partial"
			? ["PartialObjectMetadata", "meta.k8s.io/v1"]
			: [resource.kind, resource.apiVersion];
	return JSON.stringify({
		kind,
		apiVersion,
		metadata: {
			resourceVersion: String(store.version),
			creationTimestamp: null,
		},
	});
}
