import type { Node } from "../../../core/manifest/node.ts";
import { skimYaml } from "../../../core/manifest/skim.ts";

/** Says that the quick way cannot read something: a number, a block of text. */
class Unread extends Error {}

/**
 * A kubeconfig's text as the value that it is. Files as kubectl and the tools of clouds write them are
 * read in a millisecond; for any other the library is loaded, which takes twenty. Throws what the
 * library throws.
 */
export async function parseKubeconfig(text: string): Promise<unknown> {
	const quick = quickly(text);
	if (quick !== undefined) return quick;
	const { parse } = await import("./lazy-yaml.ts");
	// Duplicate keys are no error to kubectl, either.
	return parse(text, { logLevel: "error", uniqueKeys: false });
}

function quickly(text: string): unknown {
	try {
		if (text.startsWith("{")) return JSON.parse(text);
		const node = skimYaml(text);
		return node && plainOf(node);
	} catch (error) {
		if (error instanceof Unread || error instanceof SyntaxError)
			return undefined;
		throw error;
	}
}

function plainOf(node: Node): unknown {
	if (node.type === "list") return node.items.map(plainOf);
	if (node.type === "map")
		return Object.fromEntries(
			node.entries.map(({ key, value }) => [key, plainOf(value)]),
		);
	if (node.value === undefined || typeof node.value === "number")
		throw new Unread();
	return node.value;
}
