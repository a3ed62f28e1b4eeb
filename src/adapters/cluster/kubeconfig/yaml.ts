import type { ScalarTag } from "yaml";

/** kubectl reads YAML 1.1, where these words are flags: a name that is one of them has to be quoted. */
const FLAGS: ScalarTag = {
	tag: "tag:yaml.org,2002:bool",
	default: true,
	test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
	resolve: (word) => /^(?:y|on)/i.test(word),
};

/**
 * A kubeconfig's text as the value that it is, of several documents the first, as with kubectl; JSON, as
 * some tools write it, without loading the YAML library. Throws what the parser throws.
 */
export async function parseKubeconfig(text: string): Promise<unknown> {
	if (text.startsWith("{"))
		try {
			return JSON.parse(text) as unknown;
		} catch {
			// Flow-style YAML may begin with a brace as well.
		}
	const { parseAllDocuments } = await import("./lazy-yaml.ts");
	const [document] = parseAllDocuments(text, {
		logLevel: "error",
		// Duplicate keys are no error to kubectl, either.
		uniqueKeys: false,
		customTags: [FLAGS],
	});
	const [error] = document?.errors ?? [];
	if (error) throw error;
	return document?.toJS();
}
