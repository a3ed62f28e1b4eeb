/**
 * A kubeconfig's text as the value that it is; JSON, as some tools write it, without
 * loading the YAML library. Throws what the parser throws.
 */
export async function parseKubeconfig(text: string): Promise<unknown> {
	if (text.startsWith("{"))
		try {
			return JSON.parse(text) as unknown;
		} catch {
			// Flow-style YAML may begin with a brace as well.
		}
	const { parse } = await import("./lazy-yaml.ts");
	// Duplicate keys are no error to kubectl, either.
	return parse(text, { logLevel: "error", uniqueKeys: false });
}
