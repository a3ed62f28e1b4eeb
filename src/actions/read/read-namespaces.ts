import type { ObjectOf } from "../../core/objects.ts";
import { byFirst, compare } from "../../core/order.ts";
import {
	type NamespaceFacts,
	namespaceFacts,
} from "../../core/pull-secrets/namespace-facts.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import {
	ApiError,
	isFatal,
	isForbidden,
	isNotFound,
	unlessForbidden,
} from "../../errors.ts";
import type { Cluster, ListQuery } from "../../world.ts";
import { inParallel } from "../in-parallel.ts";
import { allOf } from "./all-of.ts";

/** What is known of a Namespace: "unknown" where this user may not read it. Throws what else the cluster throws. */
export async function readNamespace(
	cluster: Cluster,
	name: string,
): Promise<NamespaceKnowledge> {
	try {
		return namespaceFacts(await cluster.read("Namespace", { name }));
	} catch (error) {
		if (isNotFound(error)) return "gone";
		if (isForbidden(error)) return "unknown";
		throw error;
	}
}

/** The same of several, by name. Nothing cluster-wide is read. */
export async function readNamespaces(
	cluster: Cluster,
	names: readonly string[],
): Promise<ReadonlyMap<string, NamespaceKnowledge>> {
	return new Map(
		await inParallel(
			names,
			async (name) => [name, await readNamespace(cluster, name)] as const,
		),
	);
}

/** Up to so many are read one by one; beyond, one list of all is cheaper. */
const READ_SINGLY = 20;

/** The same, of however many: out of `listed`, all that there are, or of one list where that is cheaper, and allowed. */
export async function lookUpNamespaces(
	cluster: Cluster,
	names: readonly string[],
	listed?: AllNamespaces,
): Promise<{
	readonly known: ReadonlyMap<string, NamespaceKnowledge>;
	/** All that there are, where they were listed. */
	readonly all: AllNamespaces | undefined;
}> {
	const all =
		listed ??
		(names.length > READ_SINGLY ? await listIfAllowed(cluster) : undefined);
	if (all === undefined)
		return { known: await readNamespaces(cluster, names), all };
	const known = names.map((name) => [name, all.get(name) ?? "gone"] as const);
	return { known: new Map(known), all };
}

export type AllNamespaces = ReadonlyMap<string, NamespaceFacts>;

/** All Namespaces; undefined where they may not be listed. */
export function listIfAllowed(
	cluster: Cluster,
): Promise<AllNamespaces | undefined> {
	return unlessForbidden(listNamespaces(cluster));
}

/** The Namespaces that a query selects, by name, sorted, in the little that is needed of each. Throws what the cluster throws. */
export async function listNamespaces(
	cluster: Cluster,
	query: ListQuery = {},
): Promise<AllNamespaces> {
	const pages = cluster.pages("Namespace", namespaceQuery(query));
	const all = (await allOf(pages, namespaceFacts)).map(
		(facts) => [facts.name, facts] as const,
	);
	return new Map(all.toSorted(byFirst));
}

/** How Namespaces are listed. */
export function namespaceQuery(query: ListQuery = {}): ListQuery {
	return { ...query, metadataOnly: true };
}

/** What `read` gives in each scope; `refused`: why it failed, by namespace (`""`: all). Throws only what is fatal. */
export async function readEach<T>(
	scopes: readonly Scope[],
	read: (scope: Scope) => Promise<readonly T[]>,
): Promise<{ readonly items: T[]; readonly refused: Map<string, unknown> }> {
	const refused = new Map<string, unknown>();
	const lists = await inParallel(scopes, async (scope) => {
		try {
			return await read(scope);
		} catch (error) {
			if (isFatal(error)) throw error;
			refused.set(scope.namespace ?? "", error);
			return [];
		}
	});
	// They fail in any order.
	return {
		items: lists.flat(),
		refused: new Map([...refused].toSorted(byFirst)),
	};
}

/** Throws why nothing could be read in any of the namespaces that are named, or in all where none is. */
export function throwIfAll(
	refused: ReadonlyMap<string, unknown>,
	namespaces: readonly string[],
): void {
	const [error] = refused.values();
	if (refused.size === scopesOf(namespaces).length) throw error;
}

/** The scopes of lists: each namespace that is named, or all of them in one. */
export function scopesOf(namespaces: readonly string[]): readonly Scope[] {
	return namespaces.length === 0 ? [{}] : inEach(namespaces);
}

/** The scopes of lists in each of these namespaces, in their order whatever that of `-n`: no list of all where there are none. */
export function inEach(namespaces: readonly string[]): readonly Scope[] {
	return namespaces.toSorted(compare).map((namespace) => ({ namespace }));
}

/** Where a list looks: a namespace, or all. */
export interface Scope {
	readonly namespace?: string;
}

/** The namespace's own 404 where that is what is missing, else `error` itself, also where this user may not look. */
export async function missingNamespaceOr(
	error: unknown,
	namespace: string,
	cluster: Cluster,
): Promise<unknown> {
	return isNotFound(error)
		? ((await namespaceMissing(namespace, cluster)) ?? error)
		: error;
}

/** The 404 of a namespace; undefined where it is there, or this user may not look. */
export function namespaceMissing(
	name: string,
	cluster: Cluster,
): Promise<unknown> {
	return cluster.read("Namespace", { name }).then(
		() => undefined,
		(error: unknown) => (isNotFound(error) ? error : undefined),
	);
}

/** One object, whose 404 names the namespace, which may not have been given, or is what is missing. */
export async function readNaming<K extends "Pod" | "Secret" | "ServiceAccount">(
	kind: K,
	place: { readonly namespace: string; readonly name: string },
	cluster: Cluster,
): Promise<ObjectOf[K]> {
	try {
		return await cluster.read(kind, place);
	} catch (caught) {
		const error = await missingNamespaceOr(caught, place.namespace, cluster);
		if (error !== caught || !isNotFound(error)) throw error;
		const { status, reason, detail } = error;
		const here = `${detail} in namespace "${place.namespace}"`;
		throw new ApiError(status, reason, here);
	}
}
