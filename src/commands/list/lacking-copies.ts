import { secretsNamed } from "../../actions/read/read-keys.ts";
import { scopesOf } from "../../actions/read/read-namespaces.ts";
import type { LackingCopies } from "../../core/document.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { missingCopies } from "../../core/pull-secrets/tree.ts";
import type { Cluster } from "../../world.ts";
import type { ListChoice, Listing } from "./list-keys.ts";

interface Lacking {
	/** Where another's Secret has the name, as `NAMESPACE/NAME`. */
	readonly taken: ReadonlySet<string>;
	/** Undefined: none is missing. */
	readonly lacking: LackingCopies | undefined;
}

/** No copy is missing, as far as anybody asked. */
export const NONE_LACKING: Lacking = { taken: new Set(), lacking: undefined };

/**
 * Counts the recorded namespaces without a copy, of the sources of the source namespace: what calls itself
 * a source elsewhere is another's word. One list a name that lacks a copy tells where its place is taken.
 * Throws what the cluster throws.
 */
export async function lackingCopies(
	cluster: Cluster,
	{ keys, known, isMeant }: Listing,
	{ namespaces }: ListChoice,
	sourceNamespace: string,
): Promise<Lacking> {
	const without = missingCopies(keys, known, sourceNamespace).flatMap(
		({ source, namespaces: places }) => {
			const meant = places.filter(isMeant);
			return meant.map((namespace) => ({ namespace, name: source.name }));
		},
	);
	const [first] = without;
	if (first === undefined) return NONE_LACKING;
	const names = new Set(without.map(({ name }) => name));
	const there = new Set<string>();
	for (const scope of scopesOf(namespaces.filter(isMeant)))
		for (const name of names)
			for await (const { items } of cluster.pages("Secret", {
				...scope,
				...secretsNamed(name),
				metadataOnly: true,
			}))
				for (const { metadata } of items)
					there.add(`${metadata.namespace}/${metadata.name}`);
	const taken = new Set(
		without
			.map(({ namespace, name }) => `${namespace}/${name}`)
			.filter((place) => there.has(place)),
	);
	const { usual } = cluster.commandContext;
	const source = {
		namespace: sourceNamespace,
		// check looks at all sources of the namespace that it takes by itself.
		name: sourceNamespace === usual.namespace ? usual.name : first.name,
	};
	return {
		taken,
		lacking: {
			missing: without.length - taken.size,
			taken: taken.size,
			script: Fixes.of(source).check(),
			commandContext: cluster.commandContext,
		},
	};
}
