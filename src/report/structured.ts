import { byFirst } from "../core/order.ts";
import { escaped, isUnprintable } from "../core/output/printable.ts";
import type * as lazyYaml from "./lazy-yaml.ts";

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
	return yamlText(value, await import("./lazy-yaml.ts"));
}

function yamlText(
	value: unknown,
	{ Document, visit }: typeof lazyYaml,
): string {
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

/** The same as `json` of an object, an element of its lists at a time: others decide how many those are. */
export function* jsonParts(value: object): Iterable<string> {
	const text = (part: unknown, depth: number): string =>
		escaped(JSON.stringify(part, null, 4)).replaceAll(
			"\n",
			`\n${" ".repeat(depth)}`,
		);
	let before = "{";
	for (const [name, field] of fieldsOf(value)) {
		yield `${before}\n    ${text(name, 4)}: `;
		before = ",";
		if (!isList(field)) {
			yield text(field, 4);
			continue;
		}
		for (const [at, element] of field.entries())
			yield `${at === 0 ? "[" : ","}\n        ${text(element, 8)}`;
		yield "\n    ]";
	}
	yield "\n}\n";
}

/** The same of `yaml`. */
export async function yamlParts(value: object): Promise<Iterable<string>> {
	const library = await import("./lazy-yaml.ts");
	return (function* () {
		for (const [name, field] of fieldsOf(value).toSorted(byFirst))
			if (isList(field)) {
				yield `${name}:\n`;
				for (const element of field) yield yamlText([element], library);
			} else yield yamlText({ [name]: field }, library);
	})();
}

function fieldsOf(value: object): [name: string, field: unknown][] {
	return Object.entries(value).filter(([, field]) => field !== undefined);
}

function isList(field: unknown): field is readonly unknown[] {
	return Array.isArray(field) && field.length > 0;
}
