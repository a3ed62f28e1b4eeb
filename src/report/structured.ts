/** JSON as kubectl prints it: indented by four, with a line end. */
export function json(value: unknown): string {
	return `${JSON.stringify(value, null, 4)}\n`;
}

/** YAML as kubectl prints it: keys sorted, long strings on one line. The library is loaded only here. */
export async function yaml(value: unknown): Promise<string> {
	const { stringify } = await import("./lazy-yaml.ts");
	return stringify(value, {
		sortMapEntries: true,
		lineWidth: 0,
		indentSeq: false,
	});
}
