import type { JsonObject, KubeObject } from "./objects.ts";
import type { Resource } from "./resources.ts";
import { StatusError } from "./statuses.ts";

/** What goes back as it is. */
export interface Answer {
	status: number;
	body: string;
	contentType?: string;
}

/** An object that goes back in the form that is asked for. */
export interface ObjectAnswer {
	status: number;
	resource: Resource;
	object: KubeObject;
	/** Of `object`. */
	json: string;
}

/** How objects go back: whole, their metadata alone, or as kubectl's columns. */
export type Form = "object" | "partial" | "table";

export function answerJson(status: number, body: JsonObject): Answer {
	return { status, body: JSON.stringify(body) };
}

/** An object with its `kind` and `apiVersion`, which stored JSON lacks. */
export function objectJson(resource: Resource, json: string): string {
	return `{"kind":"${resource.kind}","apiVersion":"${resource.apiVersion}",${json.slice(1)}`;
}

/** The object's metadata alone, for who accepts no more. */
export function partialJson({ object }: { object: KubeObject }): string {
	return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(object.metadata)}}`;
}

/**
 * The first form in an Accept header that this server has. `holds` is what the
 * answer holds; a watch takes both names of the partial form. Throws a 406.
 */
export function acceptedForm(
	accept: string | string[] | undefined,
	resource: Resource,
	holds: "object" | "list" | "events",
): Form {
	for (const range of String(accept ?? "*/*").split(",")) {
		const [type = "", ...parameters] = range.split(";").map((s) => s.trim());
		if (!["application/json", "application/*", "*/*"].includes(type)) continue;
		const { as, v = "v1" } = Object.fromEntries(
			parameters.map((parameter) => parameter.split("=")),
		);
		if (as === undefined) return "object";
		if (v !== "v1") continue;
		if (as === "Table") return "table";
		const isList = as === "PartialObjectMetadataList";
		if (!isList && as !== "PartialObjectMetadata") continue;
		if (holds === "events" || isList === (holds === "list")) return "partial";
		throw notAcceptable(
			`you requested ${as}, but the requested object is ${isList ? "not a list" : "a list"} (*core.${resource.kind}${isList ? "" : "List"})`,
		);
	}
	throw notAcceptable(
		"406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
		{},
	);
}

const notAcceptable = (message: string, details?: JsonObject) =>
	new StatusError(406, "NotAcceptable", message, details);
