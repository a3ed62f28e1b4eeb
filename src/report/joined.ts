/** The document that a command printed about one context. */
export interface ContextDocument {
	readonly context: string;
	readonly value: unknown;
}

/**
 * One document from those of several contexts: their items, each with its context, and what else
 * they say where it is the same for all (`healthy` only where it is for all). Objects without
 * items are one where they are equal, else a List as kubectl makes one.
 */
export function joined(documents: readonly ContextDocument[]): unknown {
	const values = documents.map(({ value }) => value);
	if (!values.every(hasItems)) {
		return new Set(values.map(withoutTimes)).size === 1
			? values[0]
			: { apiVersion: "v1", kind: "List", items: values };
	}
	const items = documents.flatMap(({ context, value }) =>
		hasItems(value)
			? value.items.map((item) =>
					typeof item === "object" ? { context, ...item } : item,
				)
			: [],
	);
	return values.some((value) => "healthy" in value)
		? { healthy: values.every((value) => Reflect.get(value, "healthy")), items }
		: { items };
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
