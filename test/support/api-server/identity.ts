import type { AccessRule } from "./access.ts";
import { authorize } from "./access.ts";
import type { User } from "./request.ts";
import { refuse } from "./statuses.ts";

/** A client certificate as it was presented: CN is the user, O are the groups. */
export interface ClientCertificate {
	/** Signed by the server's CA and in its time. */
	trusted: boolean;
	commonName: string;
	organizations: readonly string[];
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const anonymous: User = {
	name: "system:anonymous",
	groups: ["system:unauthenticated"],
};

/** Who sends a request. Throws a 401 for credentials that are there and wrong; none at all is anonymous. */
export function authenticate(
	certificate: ClientCertificate | undefined,
	headers: Headers,
	tokens: ReadonlyMap<string, User>,
): User {
	if (certificate !== undefined) {
		if (!certificate.trusted) throw refuse.unauthorized();
		return {
			name: certificate.commonName,
			groups: [...certificate.organizations, "system:authenticated"],
		};
	}
	const token = /^bearer\s+(.*)$/i.exec(
		String(headers.authorization ?? ""),
	)?.[1];
	if (token === undefined) return anonymous;
	const user = tokens.get(token);
	if (user === undefined) throw refuse.unauthorized();
	return { ...user, groups: [...user.groups, "system:authenticated"] };
}

/** Whom the request acts as: the user, or whom the Impersonate- headers name, if the user may. */
export function impersonate(
	rules: readonly AccessRule[],
	user: User,
	headers: Headers,
): User {
	const [name] = valuesOf(headers["impersonate-user"]);
	const groups = valuesOf(headers["impersonate-group"]);
	const [uid] = valuesOf(headers["impersonate-uid"]);
	if (name === undefined) {
		if (groups.length === 0 && uid === undefined) return user;
		const quoted = groups.map((group) => JSON.stringify(group)).join(", ");
		throw refuse.badRequest(
			`requested &user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? "")}, Groups:[]string${groups.length === 0 ? "(nil)" : `{${quoted}}`}, Extra:map[string][]string(nil)} without impersonating a user name`,
		);
	}
	const may = (resource: string, what: string, group = "", namespace = "") =>
		authorize(rules, user, {
			verb: "impersonate",
			resource,
			group,
			namespace,
			name: what,
		});
	const [, namespace, account] =
		/^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
	if (namespace !== undefined && account !== undefined)
		may("serviceaccounts", account, "", namespace);
	else may("users", name);
	for (const group of groups) may("groups", group);
	if (uid !== undefined) may("uids", uid, "authentication.k8s.io");
	const implied =
		namespace === undefined || groups.length > 0
			? []
			: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
	return {
		name,
		...(uid === undefined ? {} : { uid }),
		groups: [
			...groups,
			...implied,
			name === anonymous.name
				? "system:unauthenticated"
				: "system:authenticated",
		],
	};
}

/** Node joins headers of one name with ", "; group names have no comma here. */
function valuesOf(header: string | string[] | undefined): string[] {
	return header === undefined
		? []
		: [header].flat().flatMap((h) => h.split(", "));
}
