import { parse as parseYaml } from "yaml";
import { parseGoJson } from "./go-text.ts";
import { type Draft, isObject, type Json } from "./objects.ts";
import { type ApiRequest, contentType } from "./request.ts";
import { refuse } from "./statuses.ts";
import { checkTypes } from "./validation.ts";

/** The object in a request's body. Throws a 400 or 415. */
export function readDraft(request: ApiRequest, kind: string): Draft {
	const type = contentType(request);
	const value =
		type === "application/yaml"
			? (parseYaml(request.body) as Json)
			: type === "" || type === "application/json"
				? parseJson(request.body, kind)
				: undefined;
	if (value === undefined)
		throw refuse.unsupportedMediaType(
			"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml",
		);
	return checkDraft(value, kind);
}

/** Throws a 400 where a value is no object of this kind. `kind` and `apiVersion` may be absent. */
export function checkDraft(value: Json, kind: string): Draft {
	if (isObject(value)) {
		const { kind: given = kind, apiVersion = "v1" } = value;
		if (given !== kind || apiVersion !== "v1")
			throw refuse.badRequest(
				`${String(given)} in version "${String(apiVersion)}" cannot be handled as a ${kind}: converting (${String(apiVersion)}.${String(given)}) to (core.${kind}): unknown conversion`,
			);
	}
	checkTypes(kind, value);
	return value as Draft;
}

/** JSON, or the 400 of a body that is none. */
export function parseJson(text: string, kind: string): Json {
	const parsed = parseGoJson(text);
	if ("value" in parsed) return parsed.value;
	const shown = text.length > 30 ? `${text.slice(0, 30)} ...` : text;
	throw refuse.badRequest(
		`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${parsed.error} (${
			text === ""
				? "<empty>"
				: text.startsWith("{")
					? shown
					: Buffer.from(text.slice(0, 30)).toString("hex")
		})`,
	);
}

/** `dryRun=All` of a write, from its query or the DeleteOptions in its body. Throws a 422 for another value. */
export function isDryRun(
	{ query }: ApiRequest,
	optionsKind:
		| "CreateOptions"
		| "UpdateOptions"
		| "PatchOptions"
		| "DeleteOptions",
	inBody: Json | undefined = undefined,
): boolean {
	const given = [
		...query.getAll("dryRun"),
		...(Array.isArray(inBody) ? inBody.map(String) : []),
	];
	for (const value of given)
		if (value !== "All")
			throw refuse.invalid(
				optionsKind,
				"",
				[
					{
						reason: "FieldValueNotSupported",
						message: `Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
						field: "dryRun",
					},
				],
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
