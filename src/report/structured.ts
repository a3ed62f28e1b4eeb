import { escaped, isUnprintable } from "../core/output/printable.ts";

/** JSON as kubectl prints it: indented by four, with a line end. What is unprintable is escaped. */
export function json(value: unknown): string {
	return `${escaped(JSON.stringify(value, null, 4))}\n`;
}

/** A value on a line of its own, for what is watched. */
export function jsonLine(value: unknown): string {
	return `${escaped(JSON.stringify(value))}\n`;
}

/**
 * YAML as kubectl prints it: keys sorted, long strings on one line. What is unprintable is quoted and
 * escaped. The library is loaded only here.
 */
export async function yaml(value: unknown): Promise<string> {
	const { Document, visit } = await import("./lazy-yaml.ts");
	const document = new Document(value, {
		sortMapEntries: true,
		// Manifests are read by people, and by tools that know no aliases.
		aliasDuplicateObjects: false,
	});
	visit(document, {
		Scalar(_, node) {
			if (typeof node.value === "string" && isUnprintable(node.value))
				node.type = "QUOTE_DOUBLE";
		},
	});
	return escaped(document.toString({ lineWidth: 0, indentSeq: false }));
}
