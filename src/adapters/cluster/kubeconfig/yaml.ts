import type { Alias, ScalarTag } from "yaml";
import { isJsonObject, readJson } from "../../../core/json-object.ts";

/** kubectl reads YAML 1.1, where these words are flags: a name that is one of them has to be quoted. */
const FLAGS: ScalarTag = {
	tag: "tag:yaml.org,2002:bool",
	default: true,
	test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
	resolve: (word) => /^(?:y|on)/i.test(word),
};

/** To kubectl a word is a number as in Go's source, with a sign before any base, and with underscores anywhere. */
const NUMBERS: ScalarTag = {
	tag: "tag:yaml.org,2002:float",
	default: true,
	test: /^[-+0-9][-+\w.]*$/,
	resolve: (word) => {
		const plain = word.replaceAll("_", "");
		return /^[-+]?(?:0x[\da-f]+|0b[01]+|0o[0-7]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?)$/i.test(
			plain,
		)
			? Number.NaN
			: word;
	},
};

/** YAML 1.1's as well: what several users share is often written once. */
const MERGE = {
	tag: "tag:yaml.org,2002:merge",
	default: "key",
	test: /^<<$/,
} as const;

/** Fields that merge keys may add to a document: ten each for ten thousand users. */
const MOST_MERGED = 100_000;

/** Merges, for one document. To kubectl, other than to YAML, what is merged takes the place of what stands before it. */
function merging() {
	let count = 0;
	return (
		context: Parameters<Alias["toJSON"]>[1],
		map: object,
		value: Pick<Alias, "toJSON"> | null,
	): void => {
		const sources = [value?.toJSON(undefined, context)].flat();
		if (!sources.every(isJsonObject))
			throw new Error("only mappings are merged");
		for (const source of sources.reverse()) {
			count += Object.keys(source).length;
			if (count > MOST_MERGED) throw new Error("too much is merged");
			Object.defineProperties(map, Object.getOwnPropertyDescriptors(source));
		}
	};
}

/** The end of the first document: what follows is not looked at. */
const END = /^\.\.\.(?=[ \t\r\n]|$)/m;

/** A file's text, by the mark of its encoding, as kubectl reads it: PowerShell's `>` writes UTF-16. */
export function decoded(bytes: Buffer): string {
	const mark = bytes.subarray(0, 2).toString("hex");
	const encoding =
		mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
	return new TextDecoder(encoding).decode(bytes);
}

/**
 * The text of a kubeconfig, or of what a plugin printed, as the value that it is, of several documents the
 * first, as with kubectl; JSON, as some tools write it, without loading the YAML library. Throws what the
 * parser throws.
 */
export async function parseKubeconfig(text: string): Promise<unknown> {
	// Flow-style YAML may begin with a brace as well.
	const json = text.startsWith("{") ? readJson(text) : undefined;
	if (json !== undefined) return json;
	const { isPair, isScalar, parseAllDocuments, Scalar, visit } = await import(
		"./lazy-yaml.ts"
	);
	const end = text.search(END);
	const addToJSMap = merging();
	const [document] = parseAllDocuments(end > 0 ? text.slice(0, end) : text, {
		logLevel: "error",
		// Duplicate keys are no error to kubectl, either.
		uniqueKeys: false,
		customTags: [
			FLAGS,
			NUMBERS,
			{
				...MERGE,
				resolve: () => Object.assign(new Scalar(Symbol("<<")), { addToJSMap }),
			},
		],
	});
	const [error] = document?.errors ?? [];
	if (error) throw error;
	if (document)
		visit(document, {
			Collection(_key, collection) {
				// To kubectl `{?a: 1}` has a key `a`, to YAML 1.2 one that is `?a`.
				for (const item of collection.flow ? collection.items : []) {
					const word = isPair(item) ? item.key : item;
					if (
						isScalar(word) &&
						word.type === "PLAIN" &&
						word.source?.startsWith("?")
					)
						throw new Error("a ? has to be followed by a space");
				}
			},
		});
	return document?.toJS();
}
