import type { ResourceRequest, User } from "./request.ts";
import { groupOf } from "./resources.ts";
import { refuse } from "./statuses.ts";

/** Something that a user or a group may do, like a Role or ClusterRole and its binding in one. */
export interface AccessRule {
	user?: string;
	group?: string;
	/** `*` for all; `impersonate` is one too. */
	verbs: readonly string[];
	/** Plurals; `*` for all. */
	resources: readonly string[];
	/** Absent: everywhere, and cluster-wide lists. */
	namespaces?: readonly string[];
	/** Absent: all names. */
	names?: readonly string[];
}

/** What is asked for, as an access review has it. */
export interface Attributes {
	verb: string;
	resource: string;
	group?: string;
	/** "" for the whole cluster. */
	namespace: string;
	name: string;
}

const includes = (list: readonly string[] | undefined, value: string) =>
	list === undefined || list.includes("*") || list.includes(value);

/** Whether the rules, or membership in system:masters, allow it. */
export function isAllowed(
	rules: readonly AccessRule[],
	user: User,
	{ verb, resource, namespace, name }: Attributes,
): boolean {
	if (user.groups.includes("system:masters")) return true;
	return rules.some(
		(rule) =>
			(rule.user === user.name ||
				(rule.group !== undefined && user.groups.includes(rule.group))) &&
			includes(rule.verbs, verb) &&
			includes(rule.resources, resource) &&
			(rule.namespaces === undefined ||
				(namespace !== "" && includes(rule.namespaces, namespace))) &&
			includes(rule.names, name),
	);
}

/** Throws the 403 of a user who lacks permission, in the words of the real one. */
export function authorize(
	rules: readonly AccessRule[],
	user: User,
	attributes: Attributes,
): void {
	if (isAllowed(rules, user, attributes)) return;
	const { verb, resource, group = "", namespace, name } = attributes;
	throw refuse.forbidden(
		group === "" ? resource : `${resource}.${group}`,
		name,
		`User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${
			namespace === ""
				? "at the cluster scope"
				: `in the namespace "${namespace}"`
		}`,
	);
}

/** What a request needs permission for. */
export function attributesOf(target: ResourceRequest): Attributes {
	return {
		verb: target.verb,
		resource: target.resource.plural,
		group: groupOf(target.resource),
		namespace: target.namespace,
		name: target.name || selectedName(target),
	};
}

/** A list or a watch of one name alone is asked for by that name: a rule may grant it. */
function selectedName({ verb, query }: ResourceRequest): string {
	if (verb !== "list" && verb !== "watch") return "";
	const [, name = ""] =
		/(?:^|,)metadata\.name==?([^,=!]+)/.exec(
			query.get("fieldSelector") ?? "",
		) ?? [];
	return name;
}

/** Paths that need no permission: those of system:public-info-viewer and system:discovery. */
export function authorizePath(user: User, path: string): void {
	if (/^\/(version|readyz|livez|healthz)\/?$/.test(path)) return;
	const known = user.groups.includes("system:authenticated");
	if (known && /^\/(api|apis|openapi)(\/|$)/.test(path)) return;
	if (user.groups.includes("system:masters")) return;
	throw refuse.forbidden(
		"",
		"",
		`User "${user.name}" cannot get path "${path}"`,
	);
}
