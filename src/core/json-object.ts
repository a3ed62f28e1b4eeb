/** Whether a value that JSON or YAML was read as is an object with fields: no list, no null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
