import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { parse, stringify } from "yaml";
import type { AccessRule, ApiServer } from "./api-server/index.ts";
import { heeded } from "./heeded.ts";
import type { RawApi } from "./raw-api.ts";

/** A Role in one namespace, or without one a ClusterRole with a cluster-wide binding. */
export interface Grant {
	namespace?: string;
	rules: readonly PolicyRule[];
}

/** As in a Role's `rules`. */
export interface PolicyRule {
	apiGroups: readonly string[];
	resources: readonly string[];
	verbs: readonly string[];
	resourceNames?: readonly string[];
}

/** A service account's name, and the text of its kubeconfig. */
interface Account {
	name: string;
	text: string;
}

let accounts = 0;

/** Adds the grants to the server's rules, and a token for a service account that holds them. */
export function grantOnEmbedded(
	server: ApiServer,
	allow: AccessRule[],
	named: (hint: string) => string,
	namespace: string,
	grants: readonly Grant[],
): Account {
	const name = named(`account-${++accounts}`);
	const user = `system:serviceaccount:${namespace}:${name}`;
	for (const { namespace, rules } of grants)
		for (const { resources, verbs, resourceNames } of rules)
			allow.push({
				user,
				verbs,
				resources,
				...(namespace === undefined ? {} : { namespaces: [namespace] }),
				...(resourceNames === undefined ? {} : { names: resourceNames }),
			});
	const token = randomBytes(16).toString("hex");
	server.addToken(token, {
		name: user,
		groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
	});
	const config = parse(server.kubeconfig({ credential: "none" }));
	config.users[0].user.token = token;
	return { name, text: stringify(config) };
}

/** Makes a ServiceAccount, its Roles, and a token by TokenRequest. */
export async function grantOnReal(
	{
		api,
		named,
		made,
	}: {
		api: RawApi;
		named: (hint: string) => string;
		made: string[];
	},
	namespace: string,
	grants: readonly Grant[],
): Promise<Account> {
	const name = named(`account-${++accounts}`);
	const post = async (path: string, body: unknown) => {
		const answer = await api.request("POST", path, { body });
		assert.equal(answer.status, 201, JSON.stringify(answer.body));
		return answer.body;
	};
	const own = `/api/v1/namespaces/${namespace}/serviceaccounts`;
	await post(own, { metadata: { name } });
	const review = await post(`${own}/${name}/token`, {
		apiVersion: "authentication.k8s.io/v1",
		kind: "TokenRequest",
		spec: { expirationSeconds: 3600 },
	});
	const { token } = (review as { status: { token: string } }).status;

	const rbac = "/apis/rbac.authorization.k8s.io/v1";
	const subjects = [{ kind: "ServiceAccount", name, namespace }];
	for (const [index, grant] of grants.entries()) {
		const kind = grant.namespace === undefined ? "ClusterRole" : "Role";
		const base =
			grant.namespace === undefined
				? rbac
				: `${rbac}/namespaces/${grant.namespace}`;
		const plural = `${base}/${kind.toLowerCase()}`;
		const metadata = { name: `${name}-${index}` };
		await post(`${plural}s`, { metadata, rules: grant.rules });
		await post(`${plural}bindings`, {
			metadata,
			subjects,
			roleRef: {
				apiGroup: "rbac.authorization.k8s.io",
				kind,
				name: metadata.name,
			},
		});
		if (grant.namespace === undefined)
			made.push(
				`${plural}s/${metadata.name}`,
				`${plural}bindings/${metadata.name}`,
			);
	}
	for (const grant of grants) await untilHeeded(api, token, grant);
	return { name, text: api.kubeconfigWith(token) };
}

/** Asks, as the account, for everything granted until the server says yes. */
async function untilHeeded(
	api: RawApi,
	token: string,
	{ namespace, rules }: Grant,
): Promise<void> {
	for (const rule of rules)
		for (const resource of rule.resources)
			for (const verb of rule.verbs) {
				const attributes = {
					verb,
					resource,
					group: rule.apiGroups[0] ?? "",
					namespace: namespace ?? "",
					name: rule.resourceNames?.[0] ?? "",
				};
				await heeded(() => isAllowed(api, token, attributes));
			}
}

async function isAllowed(
	api: RawApi,
	token: string,
	resourceAttributes: Record<string, string>,
): Promise<boolean> {
	const { status, body } = await api.request(
		"POST",
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		{ body: { spec: { resourceAttributes } }, as: { token } },
	);
	assert.equal(status, 201, JSON.stringify(body));
	return (body as { status: { allowed: boolean } }).status.allowed;
}
