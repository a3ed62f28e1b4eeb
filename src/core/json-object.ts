/** Whether a value that JSON or YAML was read as is an object with fields: no list, no null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of what may be an object; undefined where it is none, or has no such field. */
export function fieldOf(value: unknown, name: string): unknown {
	return isJsonObject(value) ? value[name] : undefined;
}

/** A text in such a field; "" where there is none. */
export function textIn(value: unknown, name: string): string {
	const text = fieldOf(value, name);
	return typeof text === "string" ? text : "";
}

/** The object that a text from outside is as JSON; what is wrong with it where it is none. */
export function readJsonObject(
	text: string,
): Record<string, unknown> | "not-json" | "not-object" {
	const value = readJson(text);
	if (value === undefined) return "not-json";
	return isJsonObject(value) ? value : "not-object";
}

/** What a text from outside is as JSON; undefined where it is none: the parser's message would quote it. */
export function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
