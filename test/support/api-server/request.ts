import { type Resource, resources, rootOf } from "./resources.ts";
import { refuse } from "./statuses.ts";

export type Verb =
	| "get"
	| "list"
	| "watch"
	| "create"
	| "update"
	| "patch"
	| "delete"
	| "deletecollection";

export interface User {
	name: string;
	uid?: string;
	groups: readonly string[];
}

/** A request for objects that are kept, as its method and URL say. */
export interface ResourceRequest {
	verb: Verb;
	resource: Resource;
	/** "" for what is in none, and for cluster-wide lists. A namespace's own name counts. */
	namespace: string;
	/** "" for collections. */
	name: string;
	query: URLSearchParams;
}

/** A request as hooks and handlers see it. */
export interface ApiRequest {
	method: string;
	/** Without the query. */
	path: string;
	query: URLSearchParams;
	/** In lower case; HTTP/2's pseudo-headers are left out. */
	headers: Readonly<Record<string, string | string[] | undefined>>;
	user: User;
	/** Absent for discovery, reviews, /version and the like. */
	target: ResourceRequest | undefined;
	/** The body as it came; "" when there is none. */
	body: string;
}

/** The media type of a body, without parameters. */
export function contentType({ headers }: ApiRequest): string {
	return String(headers["content-type"] ?? "").split(";")[0] ?? "";
}

/**
 * What `/api/v1/[namespaces/NS/]PLURAL[/NAME]` asks for. Undefined for other
 * paths. Throws a 405 for a method that has no meaning there.
 */
export function parseTarget(
	method: string,
	path: string,
	query: URLSearchParams,
): ResourceRequest | undefined {
	const [, root = "", below = ""] =
		/^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/(.*)$/s.exec(
			decodeURIComponent(path),
		) ?? [];
	const parts = below.split("/");
	const inNamespace = parts[0] === "namespaces" && parts.length > 2;
	const [plural = "", name = "", ...rest] = inNamespace
		? parts.slice(2)
		: parts;
	const resource = resources.get(plural);
	if (resource === undefined || rest.length > 0 || rootOf(resource) !== root)
		return undefined;
	if (inNamespace && !resource.namespaced) return undefined;
	// A named object of a namespaced kind is only reached through its namespace.
	if (!inNamespace && resource.namespaced && name !== "") return undefined;
	const namespace = inNamespace
		? (parts[1] ?? "")
		: resource.plural === "namespaces"
			? name
			: "";
	const verb = verbOf(method, name, query);
	// Across namespaces there is only reading.
	if (
		resource.namespaced &&
		!inNamespace &&
		verb !== "list" &&
		verb !== "watch"
	)
		throw refuse.methodNotAllowed();
	return {
		verb,
		resource,
		namespace,
		name,
		query,
	};
}

function verbOf(method: string, name: string, query: URLSearchParams): Verb {
	const watch = query.get("watch");
	// Anything but a no is a yes: so Kubernetes reads all its flags in queries.
	const watching = watch !== null && !/^(false|0)$/i.test(watch);
	const verbs: Readonly<Record<string, Verb>> =
		name === ""
			? {
					GET: watching ? "watch" : "list",
					POST: "create",
					DELETE: "deletecollection",
				}
			: {
					GET: "get",
					PUT: "update",
					PATCH: "patch",
					DELETE: "delete",
				};
	const verb = verbs[method];
	if (verb === undefined) throw refuse.methodNotAllowed();
	return verb;
}

/** Where the target's objects are kept: "" for kinds without a namespace. */
export function storedNamespace({ resource, namespace }: ResourceRequest) {
	return resource.namespaced ? namespace : "";
}
