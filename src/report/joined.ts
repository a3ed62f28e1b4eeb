import type { ChangeResult } from "../core/output/result.ts";
import type { CheckItem } from "./check.ts";

/** What a command printed about one context. */
export interface ContextDocument {
	readonly context: string;
	/** Absent where it printed nothing. */
	readonly value?: unknown;
	/** Why it ended before it had done all: a line for stderr. */
	readonly failure?: string;
}

/**
 * One document from those of several contexts: their items, each with its context, and what else
 * they say where it is the same for all (`healthy` only where it is for all). A context that
 * failed as a whole is an item, too. Objects without items are one where they are equal, else a
 * List as kubectl makes one. Undefined where no context printed anything.
 */
export function joined(documents: readonly ContextDocument[]): unknown {
	const values = documents.flatMap((one) =>
		"value" in one ? [one.value] : [],
	);
	if (values.length === 0) return undefined;
	if (!values.every(hasItems)) {
		return new Set(values.map(withoutTimes)).size === 1
			? values[0]
			: { apiVersion: "v1", kind: "List", items: values };
	}
	const isCheck = values.some((value) => "healthy" in value);
	const items = documents.flatMap(({ context, value, failure }) => [
		...(hasItems(value) ? value.items : []).map((item) =>
			typeof item === "object" ? { context, ...item } : item,
		),
		...(failure === undefined
			? []
			: [isCheck ? asFinding(context, failure) : asResult(context, failure)]),
	]);
	return isCheck
		? {
				healthy:
					documents.every(({ failure }) => failure === undefined) &&
					values.every((value) => Reflect.get(value, "healthy")),
				items,
			}
		: { items };
}

/** It is about no object in particular. */
function asResult(context: string, reason: string): ChangeResult {
	return {
		context,
		namespace: "",
		kind: "",
		name: "",
		action: "failed",
		reason,
	};
}

function asFinding(
	context: string,
	failure: string,
): Omit<CheckItem, "group"> & { context: string; group: "cluster" } {
	return {
		context,
		group: "cluster",
		status: "unknown",
		message: failure,
		hint: "",
		command: "",
		cause: "",
		namespaces: [],
		pods: 0,
	};
}

/** Annotations say when a credential was entered, which takes a moment for each context. */
function withoutTimes(value: unknown): string {
	return JSON.stringify(value, (key, inner) =>
		key === "annotations" ? undefined : inner,
	);
}

function hasItems(value: unknown): value is { items: unknown[] } {
	return (
		typeof value === "object" &&
		value !== null &&
		"items" in value &&
		Array.isArray(value.items)
	);
}
