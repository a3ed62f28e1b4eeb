import type { JsonObject } from "./objects.ts";
import type { Resource } from "./resources.ts";
import type { Entry } from "./store.ts";

/** What goes back; a watch answers a stream instead. */
export interface Answer {
	status: number;
	body: string;
	contentType?: string;
}

export function answerJson(status: number, body: JsonObject): Answer {
	return { status, body: JSON.stringify(body) };
}

/** An object with its `kind` and `apiVersion`, which stored JSON lacks. */
export function objectJson(resource: Resource, json: string): string {
	return `{"kind":"${resource.kind}","apiVersion":"v1",${json.slice(1)}`;
}

/** The object's metadata alone, for who accepts no more. */
export function partialJson({ object }: Pick<Entry, "object">): string {
	return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(object.metadata)}}`;
}

/** Which form of objects the Accept header asks for. */
export function acceptedForm(
	accept: string | string[] | undefined,
): "object" | "partial" | "table" {
	const first = String(accept ?? "").split(",")[0] ?? "";
	if (/;as=PartialObjectMetadata(List)?(;|$)/.test(first)) return "partial";
	return /;as=Table(;|$)/.test(first) && /;v=v1(;|$)/.test(first)
		? "table"
		: "object";
}
