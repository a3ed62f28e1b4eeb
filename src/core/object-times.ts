import { fieldOf, textIn } from "./json-object.ts";
import type { ObjectMeta } from "./objects.ts";

/** RFC 3339 in milliseconds since 1970; undefined for what is no time. */
export function timeOf(text: string | undefined): number | undefined {
	const at = Date.parse(text ?? "");
	return Number.isNaN(at) ? undefined : at;
}

/** When an object, or one of its fields, was last written; undefined where its managed fields do not say. */
export function changedOf(
	{ managedFields = [] }: ObjectMeta,
	field?: string,
): number | undefined {
	const times = managedFields.flatMap((entry) => {
		const owned = fieldOf(entry, "fieldsV1");
		const owns = field === undefined || fieldOf(owned, field) !== undefined;
		return (owns ? timeOf(textIn(entry, "time")) : undefined) ?? [];
	});
	return latest(times);
}

/** The last of some times; undefined where there is none. */
export function latest(times: readonly number[]): number | undefined {
	return times.length === 0 ? undefined : Math.max(...times);
}
