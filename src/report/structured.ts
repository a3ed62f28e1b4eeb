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
 * YAML as kubectl prints it: keys sorted, long strings on one line, and in quotes what YAML 1.1 reads as no
 * string: kubectl would take the namespace `on` for a flag, drop it, and write to the namespace default.
 * What is unprintable is quoted and escaped. The library is loaded only here.
 */
export async function yaml(value: unknown): Promise<string> {
	const { Document, visit } = await import("./lazy-yaml.ts");
	const document = new Document(value, {
		sortMapEntries: true,
		compat: "yaml-1.1",
		// Manifests are read by people, and by tools that know no aliases.
		aliasDuplicateObjects: false,
	});
	visit(document, {
		Scalar(_, node) {
			const { value } = node;
			if (typeof value !== "string") return;
			// `0X1F`, `0B1`, `0O17`: numbers to kubectl's parser, and to neither version of YAML.
			if (isUnprintable(value) || /^[-+]?0[BOX]/.test(value))
				node.type = "QUOTE_DOUBLE";
		},
	});
	return escaped(document.toString({ lineWidth: 0, indentSeq: false }));
}
