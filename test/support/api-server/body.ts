import { parse as parseYaml } from "yaml";
import { decode } from "./decoding.ts";
import { goKind, parseGoJson } from "./go-text.ts";
import { type Draft, isObject, type Json } from "./objects.ts";
import { type ApiRequest, contentType } from "./request.ts";
import { cause, refuse } from "./statuses.ts";

/** The object in a request's body. Throws a 400 or 415. */
export function readDraft(request: ApiRequest, kind: string): Draft {
	const type = contentType(request);
	const isYaml = type === "application/yaml";
	if (!isYaml && type !== "" && type !== "application/json")
		throw refuse.unsupportedMediaType(
			"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
		);
	const value = isYaml
		? (parseYaml(request.body) as Json)
		: parseJson(request.body, kind);
	const draft = decode(value, kind);
	if ("error" in draft)
		throw refuse.badRequest(
			`${draft.given} in version "${draft.version}" cannot be handled as a ${kind}: ${draft.error}`,
		);
	return draft.draft;
}

/** JSON, or the 400 of a body that is none, or no object. */
export function parseJson(text: string, kind: string): Json {
	const parsed = parseGoJson(text);
	if ("value" in parsed && isObject(parsed.value)) return parsed.value;
	const wrong =
		"error" in parsed
			? parsed.error
			: `json: cannot unmarshal ${goKind(parsed.value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
	throw refuse.badRequest(
		`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${wrong} (${beginning(text)})`,
	);
}

/** How the API server shows what it could not read: text that looks like JSON as it is, all else in hexadecimal. */
function beginning(text: string): string {
	if (text === "") return "<empty>";
	const shown = text.slice(0, 30);
	return (
		(text.startsWith("{") ? shown : Buffer.from(shown).toString("hex")) +
		(text.length > 30 ? " ..." : "")
	);
}

/** `dryRun=All` of a write, from its query or as `given`. Throws a 422 for another value. */
export function isDryRun(
	{ query }: ApiRequest,
	optionsKind:
		| "CreateOptions"
		| "UpdateOptions"
		| "PatchOptions"
		| "DeleteOptions",
	given: readonly string[] = query.getAll("dryRun"),
): boolean {
	for (const value of given)
		if (value !== "All")
			throw refuse.invalid(
				optionsKind,
				"",
				[
					{
						reason: "FieldValueNotSupported",
						message: `Unsupported value: ${JSON.stringify(given)}: supported values: "All"`,
						field: "dryRun",
					},
				],
				"meta.k8s.io",
			);
	if ((query.get("fieldManager") ?? "").length > 128)
		throw refuse.invalid(
			optionsKind,
			"",
			[cause.tooLong("fieldManager", "may not be more than 128 bytes")],
			"meta.k8s.io",
		);
	return given.length > 0;
}

/** Who is to own the fields: `fieldManager`, else the first word of the User-Agent, as the real one does. */
export function fieldManager({ query, headers }: ApiRequest): string {
	return (
		query.get("fieldManager") ||
		String(headers["user-agent"] ?? "").split("/")[0] ||
		"unknown"
	);
}
