import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { PolicyRule } from "./accounts.ts";

/** A Role or ClusterRole as docs/permissions.md prints it. */
export interface DocumentedRole {
	kind: string;
	name: string;
	rules: readonly PolicyRule[];
}

const page = readFileSync(
	new URL("../../docs/permissions.md", import.meta.url),
	"utf8",
);

/** The Roles of the page, by name. */
export function documentedRoles(): ReadonlyMap<string, DocumentedRole> {
	const roles = new Map<string, DocumentedRole>();
	for (const [, block = ""] of page.matchAll(/^```yaml\n(.*?)^```$/gms))
		for (const document of parseAllDocuments(block)) {
			const { kind, metadata, rules } = document.toJS() ?? {};
			if (kind !== "Role" && kind !== "ClusterRole") continue;
			roles.set(metadata.name, { kind, name: metadata.name, rules });
		}
	return roles;
}

/** Whether the page says this, however its lines are broken. */
export function pageSays(sentence: string): boolean {
	return page.replaceAll(/\s+/g, " ").includes(sentence);
}

/** One permission of a Role's rules. */
export interface Permission {
	resource: string;
	verb: string;
}

/** Every permission of the rules, one by one. */
export function permissions(rules: readonly PolicyRule[]): Permission[] {
	return rules.flatMap(({ resources, verbs }) =>
		resources.flatMap((resource) => verbs.map((verb) => ({ resource, verb }))),
	);
}

/** The rules that grant these permissions on core resources. */
export function rulesFor(granted: readonly Permission[]): PolicyRule[] {
	return granted.map(({ resource, verb }) => ({
		apiGroups: [""],
		resources: [resource],
		verbs: [verb],
	}));
}
