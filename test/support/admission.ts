import assert from "node:assert/strict";
import type { ApiServer } from "./api-server/index.ts";
import { heeded } from "./heeded.ts";
import type { RawApi } from "./raw-api.ts";

/** A policy that admits no Secret in a namespace: it refuses, or only warns. */
export interface Policy {
	/** The Secret that the test creates there; the default one if left out. */
	secret?: string;
	namespace: string;
	name: string;
	message: string;
	action: "Deny" | "Warn";
}

const said = {
	Deny: (name: string) =>
		`ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request`,
	Warn: (name: string) =>
		`Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}'`,
};
/** What the API server says of a Secret there, after `secrets "NAME" is forbidden: ` in a refusal. */
export function policySays({ action, name, message }: Policy): string {
	return `${said[action](name)}: ${message}`;
}

/** As a real API server would refuse or warn. */
export function admitOnEmbedded(server: ApiServer, policy: Policy): void {
	server.onRequest(({ target }) => {
		if (
			target?.resource.plural !== "secrets" ||
			target.namespace !== policy.namespace ||
			!["create", "update", "patch"].includes(target.verb)
		)
			return undefined;
		const message = policySays(policy);
		// A creation's name is in the body, which no hook may keep.
		return policy.action === "Warn"
			? { warnings: [message] }
			: {
					answer: {
						status: 422,
						reason: "Invalid",
						message: `secrets "${target.name || (policy.secret ?? "nginx-mesh-registry-key")}" is forbidden: ${message}`,
					},
				};
	});
}

/** Makes a ValidatingAdmissionPolicy and its binding, and waits until the server heeds them. */
export async function admitOnReal(
	{ api, made }: { api: RawApi; made: string[] },
	{ namespace, name, message, action }: Policy,
): Promise<void> {
	const group = "/apis/admissionregistration.k8s.io/v1";
	const make = async (plural: string, spec: object) => {
		const { status, body } = await api.request("POST", `${group}/${plural}`, {
			body: { metadata: { name }, spec },
		});
		assert.equal(status, 201, JSON.stringify(body));
		made.push(`${group}/${plural}/${name}`);
	};
	await make("validatingadmissionpolicies", {
		failurePolicy: "Fail",
		matchConstraints: {
			namespaceSelector: {
				matchLabels: { "kubernetes.io/metadata.name": namespace },
			},
			resourceRules: [
				{
					apiGroups: [""],
					apiVersions: ["v1"],
					operations: ["CREATE", "UPDATE"],
					resources: ["secrets"],
				},
			],
		},
		validations: [{ expression: "false", message }],
	});
	await make("validatingadmissionpolicybindings", {
		policyName: name,
		validationActions: [action],
	});
	await heeded(async () => {
		const { status, headers } = await api.request(
			"POST",
			`/api/v1/namespaces/${namespace}/secrets?dryRun=All`,
			{ body: { metadata: { name: "probe" } } },
		);
		return action === "Warn" ? headers.warning !== undefined : status === 422;
	});
}
