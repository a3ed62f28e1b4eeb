import { stringify } from "yaml";

/** JSON as kubectl prints it: indented by four, with a line end. */
export function json(value: unknown): string {
	return `${JSON.stringify(value, null, 4)}\n`;
}

/** YAML as kubectl prints it: keys sorted, long strings on one line. */
export function yaml(value: unknown): string {
	return stringify(value, {
		sortMapEntries: true,
		lineWidth: 0,
		indentSeq: false,
	});
}
