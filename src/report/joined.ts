import type { Finding } from "../core/check/finding.ts";
import type { ChangeResult } from "../core/result.ts";

/** The document that a command printed about one context, or why it printed none: a line for stderr. */
export type ContextDocument =
	| { readonly context: string; readonly value: unknown }
	| { readonly context: string; readonly failure: string };

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
	const items = documents.flatMap((one) => {
		if ("failure" in one) return isCheck ? [asFinding(one)] : [asResult(one)];
		return hasItems(one.value)
			? one.value.items.map((item) =>
					typeof item === "object" ? { context: one.context, ...item } : item,
				)
			: [];
	});
	return isCheck
		? {
				healthy:
					values.length === documents.length &&
					values.every((value) => Reflect.get(value, "healthy")),
				items,
			}
		: { items };
}

interface Failed {
	readonly context: string;
	readonly failure: string;
}

/** It is about no object in particular. */
function asResult({ context, failure }: Failed): ChangeResult {
	return {
		context,
		namespace: "",
		kind: "",
		name: "",
		action: "failed",
		reason: failure,
	};
}

function asFinding({
	context,
	failure,
}: Failed): Omit<Finding, "group"> & { context: string; group: "cluster" } {
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
